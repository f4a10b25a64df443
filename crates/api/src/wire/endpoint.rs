//! Endpoints on the wire.

use std::collections::BTreeMap;

use hooktide_destinations::guard::EndpointUrl;
use hooktide_destinations::seam::Policy;
use hooktide_model::{
    Channel, Endpoint, EndpointDestination, EndpointId, EventTypeName, Metadata, Timestamp, Uid,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Patch;
use super::endpoint_destination::{DestinationIn, EndpointDestinationOut, HTTP, StoredTarget};
use super::endpoint_filter::check_filter;
use super::endpoint_headers::check_headers;
use super::endpoint_secret::check_secret;
use super::patch::{either, not_null};
use crate::error::{ApiError, JSON_ERROR};
use crate::validate::{Rules, agree};

/// Bytes of the pointer to what deliveries are kept in order by.
const ORDERING_KEY_BYTES_MAX: usize = 256;

/// An endpoint to be created.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointIn {
    /// Where to deliver: an http or https URL. Required, except with a `destination` of another kind than `http`, beside
    /// which it is not read.
    #[serde(default)]
    #[schema(
        nullable = false,
        format = "uri",
        min_length = 1,
        max_length = 65_536,
        example = "https://example.com/webhook/"
    )]
    pub url: Option<String>,
    /// Where to deliver when it is not an HTTP server; with kind `http`, how to deliver to `url`. An extension of the wire
    /// API.
    #[serde(default)]
    pub destination: Option<DestinationIn>,
    /// Text for people.
    #[serde(default)]
    pub description: String,
    /// Deliveries per second at most; null for no limit.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub throttle_rate: Option<u16>,
    /// The earlier name of `throttleRate`.
    #[serde(default)]
    #[schema(minimum = 1, deprecated)]
    pub rate_limit: Option<u16>,
    /// Your own name for it, unique in the application; usable in place of the id.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$")]
    pub uid: Option<String>,
    /// Whether deliveries are off.
    #[serde(default)]
    #[schema(default = false)]
    pub disabled: bool,
    /// Only these event types, which must exist; null or empty for all.
    #[serde(default)]
    pub event_types: Option<Vec<String>>,
    /// The earlier name of `eventTypes`.
    #[serde(default)]
    #[schema(deprecated)]
    pub filter_types: Option<Vec<String>>,
    /// Only messages that share a channel with this list; null or empty for all.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub channels: Option<Vec<String>>,
    /// Keep order: deliveries whose JSON bodies have the same text or number at this JSON Pointer (`/customer/id`) are
    /// made one after the other, retries included; others go beside them, and so does what is resent. Null for no order.
    /// An extension of the wire API.
    #[serde(default)]
    pub ordering_key: Option<String>,
    /// Only messages that pass this filter; null for all. An extension of the wire API.
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({ "body": { "amount": { "$gte": 100 } } }))]
    pub filter: Option<Value>,
    /// The signing secret (`whsec_…` or `whsk_…`); made by the server when absent. Not read by PUT on an endpoint
    /// that exists: rotate the secret instead.
    #[serde(default)]
    pub secret: Option<String>,
    /// Free string pairs, at most 4,096 bytes as JSON.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Headers added to each delivery. Not read by PUT on an endpoint that exists: use its `headers` instead.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
}

/// Changes to an endpoint: absent keeps, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointPatch {
    /// Where to deliver. Options of an HTTP endpoint stay, as long as no secret of theirs would go to another server.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false, format = "uri")]
    pub url: Option<String>,
    /// Where to deliver when it is not an HTTP server: replaces `url`, as `url` replaces it. With kind `http`, how to
    /// deliver to `url`.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub destination: Option<DestinationIn>,
    /// Text for people.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// Deliveries per second at most; 0 or null for no limit.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 0)]
    pub throttle_rate: Patch<u16>,
    /// The earlier name of `throttleRate`.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 0, deprecated)]
    pub rate_limit: Patch<u16>,
    /// Your own name for it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$")]
    pub uid: Patch<String>,
    /// Whether deliveries are off.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub disabled: Option<bool>,
    /// Only these event types; null or empty for all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    pub event_types: Patch<Vec<String>>,
    /// The earlier name of `eventTypes`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, deprecated)]
    pub filter_types: Patch<Vec<String>>,
    /// Only messages that share a channel with this list; null or empty for all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    pub channels: Patch<Vec<String>>,
    /// What deliveries are kept in order by, a JSON Pointer; null for no order.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub ordering_key: Patch<String>,
    /// Only messages that pass this filter; null for all.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub filter: Patch<Value>,
    /// Replaces all pairs.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub metadata: Option<BTreeMap<String, String>>,
}

/// An endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointOut {
    /// Its id.
    #[schema(value_type = String, example = "ep_1srOrx2ZWZBpBUvZwXKQmoEYga2")]
    pub id: EndpointId,
    /// Free string pairs.
    pub metadata: BTreeMap<String, String>,
    /// Where it delivers when it is not an HTTP server; with kind `http`, how it delivers to `url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<EndpointDestinationOut>,
    /// What deliveries are kept in order by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordering_key: Option<String>,
    /// Only messages that pass this filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub filter: Option<Value>,
    /// Everything that message lists show of it, too.
    #[serde(flatten)]
    pub common: EndpointCommonOut,
}

/// What an endpoint and its entry in a message's list of destinations share.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndpointCommonOut {
    /// Where to deliver; of a destination that is not an HTTP server, the target without its secrets.
    #[schema(format = "uri")]
    pub url: String,
    /// Text for people.
    pub description: String,
    /// Counts changes, from 1.
    pub version: i32,
    /// Deliveries per second at most.
    pub throttle_rate: Option<u16>,
    /// The earlier name of `throttleRate`.
    #[schema(deprecated)]
    pub rate_limit: Option<u16>,
    /// Your own name for it.
    #[schema(value_type = Option<String>)]
    pub uid: Option<Uid>,
    /// Whether deliveries are off.
    #[schema(default = false)]
    pub disabled: bool,
    /// Only these event types; null for all.
    #[schema(value_type = Option<Vec<String>>)]
    pub event_types: Option<Vec<EventTypeName>>,
    /// The earlier name of `eventTypes`.
    #[schema(value_type = Option<Vec<String>>, deprecated)]
    pub filter_types: Option<Vec<EventTypeName>>,
    /// Only messages that share a channel with this list; null for all.
    #[schema(value_type = Option<Vec<String>>)]
    pub channels: Option<Vec<Channel>>,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// Counts of an endpoint's attempts and waiting deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndpointStats {
    /// Attempts answered 2xx.
    pub success: u64,
    /// Deliveries not tried yet.
    pub pending: u64,
    /// Deliveries that wait for another try.
    pub sending: u64,
    /// Attempts that failed.
    pub fail: u64,
    /// Deliveries that will not be tried.
    pub canceled: u64,
}

/// An [`EndpointIn`] that keeps the rules.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointDraft {
    /// Where to deliver, or what may be shown of it.
    pub url: String,
    /// Where to deliver when it is not an HTTP server, or how when it is one.
    pub destination: Option<EndpointDestination>,
    /// Text for people.
    pub description: String,
    /// Deliveries per second at most.
    pub throttle_rate: Option<u16>,
    /// The caller's own name for it.
    pub uid: Option<Uid>,
    /// Whether deliveries are off.
    pub disabled: bool,
    /// Only these event types.
    pub event_types: Option<Vec<EventTypeName>>,
    /// Only these channels.
    pub channels: Option<Vec<Channel>>,
    /// What deliveries are kept in order by.
    pub ordering_key: Option<String>,
    /// Only messages that pass this filter.
    pub filter: Option<Value>,
    /// The signing secret, when the caller brought one.
    pub secret: Option<String>,
    /// Free string pairs.
    pub metadata: Metadata,
    /// Headers added to each delivery.
    pub headers: BTreeMap<String, String>,
}

fn check_pointer(rules: &mut Rules, pointer: &str) {
    if !pointer.starts_with('/') || pointer.len() > ORDERING_KEY_BYTES_MAX {
        let msg =
            format_args!("must be a JSON Pointer like /customer/id, at most {ORDERING_KEY_BYTES_MAX} bytes");
        rules.fail("orderingKey", msg);
    }
}

fn check_url(rules: &mut Rules, url: &str, policy: &Policy) {
    rules.check("url", EndpointUrl::parse(url, &policy.guard));
}

/// The URL, or a destination and what may be shown of it.
fn check_target(
    rules: &mut Rules,
    (url, destination): (Option<String>, Option<DestinationIn>),
    stored: Option<StoredTarget<'_>>,
    policy: &Policy,
) -> (String, Option<EndpointDestination>) {
    match (destination, url) {
        (Some(destination), url) if !destination.is_http() || url.is_some() => {
            let url = url.filter(|_| destination.is_http());
            if let Some(url) = &url {
                check_url(rules, url, policy);
            }
            match destination.checked(rules, url.as_deref(), stored, policy) {
                Some(checked) => (checked.shown, Some(checked.destination)),
                None => (String::new(), None),
            }
        }
        (None, Some(url)) => {
            check_url(rules, &url, policy);
            (url, None)
        }
        (_, None) | (Some(_), Some(_)) => {
            rules.fail_at(&["url"], "missing field `url`: say where to deliver", JSON_ERROR);
            (String::new(), None)
        }
    }
}

impl EndpointIn {
    /// Check all rules but two: whether the event types and a destination's application exist are the route's questions.
    /// `stored` is the endpoint that this replaces, whose masked secrets are kept.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn checked(self, stored: Option<&Endpoint>, policy: &Policy) -> Result<EndpointDraft, ApiError> {
        let mut rules = Rules::new();
        let target = (self.url, self.destination);
        let stored = stored.and_then(StoredTarget::of);
        let (url, destination) = check_target(&mut rules, target, stored, policy);
        rules.text("description", &self.description);
        let rate = agree(&mut rules, ("throttleRate", self.throttle_rate), ("rateLimit", self.rate_limit));
        let types = agree(&mut rules, ("eventTypes", self.event_types), ("filterTypes", self.filter_types));
        if let Some(filter) = &self.filter {
            check_filter(&mut rules, filter);
        }
        let draft = EndpointDraft {
            filter: self.filter,
            throttle_rate: rules.rate("throttleRate", rate),
            uid: rules.uid::<EndpointId>("uid", self.uid.as_deref()),
            event_types: rules.event_types("eventTypes", types.as_deref()),
            channels: rules.channels("channels", self.channels.as_deref()),
            ordering_key: self.ordering_key.inspect(|pointer| check_pointer(&mut rules, pointer)),
            secret: self.secret.and_then(|text| check_secret(&mut rules, "secret", &text)),
            metadata: rules.metadata(self.metadata),
            headers: check_headers(&mut rules, self.headers.unwrap_or_default()),
            url,
            destination,
            description: self.description,
            disabled: self.disabled,
        };
        rules.finish().map(|()| draft)
    }
}

impl EndpointDraft {
    /// The kind and configuration of its destination.
    #[must_use]
    pub fn target(&self) -> Option<(&str, &Value)> {
        self.destination.as_ref().map(|one| (one.kind.as_str(), &one.config))
    }

    /// Replace an endpoint's content. Secrets and headers have operations of their own and stay.
    pub fn replace(self, endpoint: &mut Endpoint) {
        endpoint.url = self.url;
        endpoint.destination = self.destination;
        endpoint.description = self.description;
        endpoint.throttle_rate = self.throttle_rate;
        endpoint.uid = self.uid;
        endpoint.disabled = self.disabled;
        endpoint.event_types = self.event_types;
        endpoint.channels = self.channels;
        endpoint.ordering_key = self.ordering_key;
        endpoint.filter = self.filter;
        endpoint.metadata = self.metadata;
    }
}

impl EndpointPatch {
    /// The kind and configuration of the destination that was sent.
    #[must_use]
    pub fn target(&self) -> Option<(&str, &Value)> {
        self.destination.as_ref().map(|one| (one.kind.as_str(), &one.config))
    }

    /// Check all rules but one (see [`EndpointIn::checked`]) and change the endpoint.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn apply(&self, endpoint: &mut Endpoint, policy: &Policy) -> Result<(), ApiError> {
        let mut rules = Rules::new();
        self.apply_target(&mut rules, endpoint, policy);
        if let Some(description) = &self.description {
            rules.text("description", description);
            endpoint.description.clone_from(description);
        }
        let rate = either(self.throttle_rate, self.rate_limit);
        rate.apply_to(&mut endpoint.throttle_rate, rate.value().copied().filter(|&rate| rate > 0));
        let uid = rules.uid::<EndpointId>("uid", self.uid.value().map(String::as_str));
        self.uid.apply_to(&mut endpoint.uid, uid);
        endpoint.disabled = self.disabled.unwrap_or(endpoint.disabled);
        let types = self.sent_event_types();
        types.apply_to(
            &mut endpoint.event_types,
            rules.event_types("eventTypes", types.value().map(Vec::as_slice)),
        );
        let channels = rules.channels("channels", self.channels.value().map(Vec::as_slice));
        self.channels.apply_to(&mut endpoint.channels, channels);
        if let Some(pointer) = self.ordering_key.value() {
            check_pointer(&mut rules, pointer);
        }
        self.ordering_key.apply_to(&mut endpoint.ordering_key, self.ordering_key.value().cloned());
        if let Some(filter) = self.filter.value() {
            check_filter(&mut rules, filter);
        }
        self.filter.apply_to(&mut endpoint.filter, self.filter.value().cloned());
        if let Some(metadata) = &self.metadata {
            endpoint.metadata = rules.metadata(metadata.clone());
        }
        rules.finish()
    }

    fn apply_target(&self, rules: &mut Rules, endpoint: &mut Endpoint, policy: &Policy) {
        // A client that does not know destinations writes back what it read of one: that is no change.
        let is_read_back = endpoint.destination.is_some() && self.url.as_ref() == Some(&endpoint.url);
        if self.destination.is_none() && (self.url.is_none() || is_read_back) {
            return;
        }
        // Each of a URL and its options stays without the other.
        let is_http = endpoint.destination.as_ref().is_none_or(|stored| stored.kind == HTTP);
        let kept_options = || endpoint.destination.as_ref().and_then(DestinationIn::read_back);
        let destination = self.destination.clone().or_else(kept_options);
        let url = self.url.clone().or_else(|| is_http.then(|| endpoint.url.clone()));
        let stored = StoredTarget::of(endpoint);
        let (url, destination) = check_target(rules, (url, destination), stored, policy);
        endpoint.url = url;
        endpoint.destination = destination;
    }

    /// The event types under either name.
    #[must_use]
    pub fn sent_event_types(&self) -> Patch<Vec<String>> {
        either(self.event_types.clone(), self.filter_types.clone())
    }
}

impl From<&Endpoint> for EndpointCommonOut {
    fn from(row: &Endpoint) -> Self {
        Self {
            url: row.url.clone(),
            description: row.description.clone(),
            version: row.version,
            throttle_rate: row.throttle_rate,
            rate_limit: row.throttle_rate,
            uid: row.uid.clone(),
            disabled: row.disabled,
            event_types: row.event_types.clone(),
            filter_types: row.event_types.clone(),
            channels: row.channels.clone(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl From<&Endpoint> for EndpointOut {
    fn from(row: &Endpoint) -> Self {
        let destination = row.destination.as_ref().map(EndpointDestinationOut::from);
        Self {
            id: row.id,
            metadata: row.metadata.clone(),
            destination,
            filter: row.filter.clone(),
            ordering_key: row.ordering_key.clone(),
            common: row.into(),
        }
    }
}

#[cfg(test)]
mod tests;
