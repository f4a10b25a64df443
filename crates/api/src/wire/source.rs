//! Sources on the wire. What goes beyond the wire API's own fields says so.

use std::collections::BTreeMap;

use hooktide_destinations::feeds::{FeedKind, feed};
use hooktide_destinations::seam::Policy;
use hooktide_model::{
    Metadata, Source, SourceFeed, SourceId, SourceSecret, SourceSecretUse, SourceSettings, SourceSplit,
    Timestamp, Uid,
};
use hooktide_pipeline::FeedState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Patch;
use super::patch::not_null;
use super::source_config::{SourceConfigIn, SourceConfigOut, SourceResponseIn, SourceSecretOut};
use super::source_feed::{FeedOut, WAITING, check_feed, check_no_requests, shown_feed, written_of_feed};
use super::source_rules::{
    check_grace, check_methods, check_public_key, check_response, check_rule, check_scheme, check_secrets,
    check_split, check_url, shown_public_key,
};
use super::source_types::{WITHOUT_CONFIG, check_type};
use crate::error::ApiError;
use crate::validate::Rules;

/// Bytes of a body that a source may allow at most.
const BODY_BYTES_CEILING: u32 = 64 << 20;

/// A source to be created or replaced.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IngestSourceIn)]
pub struct SourceIn {
    /// A name for people.
    #[schema(min_length = 1, example = "GitHub, main organisation")]
    pub name: String,
    /// Your own name for it, unique in the organisation; usable in place of the id.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$")]
    pub uid: Option<String>,
    /// The provider: `github`, `stripe`, `standard-webhooks`, … `generic-webhook` and `none` verify nothing. A source of
    /// type `cron` has no URL: it makes an event at each time of its schedule. Hooktide's own, and without URL too, are
    /// the types that fetch from brokers: `redis-stream`, `nats`, `amqp` and `mqtt`.
    #[serde(rename = "type")]
    #[schema(example = "github")]
    pub kind: String,
    /// What proves requests, or where events are fetched. When a source is replaced without it, what it has stays.
    #[serde(default)]
    pub config: Option<SourceConfigIn>,
    /// Free string pairs, at most 4,096 bytes as JSON.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Hooktide's own: refuse everything.
    #[serde(default)]
    #[schema(default = false)]
    pub disabled: bool,
    /// Hooktide's own: the URL as registered with the provider, for schemes that sign it.
    #[serde(default)]
    #[schema(format = "uri")]
    pub url: Option<String>,
    /// Hooktide's own: methods of deliveries, in place of the provider's.
    #[serde(default)]
    pub methods: Option<Vec<String>>,
    /// Hooktide's own: bytes of a body at most.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 67_108_864)]
    pub body_bytes_max: Option<u32>,
    /// Hooktide's own: requests per second at most; more are answered with 429 and counted in `putOff`.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub throttle_rate: Option<u16>,
    /// Hooktide's own: what makes two requests the same event, in place of the provider's rule: `{"header": "x-id"}`,
    /// `{"body": "/id"}`, `{"joined": {"parts": [...], "separator": ":"}}`, `"body_hash"`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub dedupe: Option<serde_json::Value>,
    /// Hooktide's own: the type of an event, in place of the provider's rule; written like `dedupe`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub event_type: Option<serde_json::Value>,
    /// Hooktide's own: make one message of each event in a request that carries many. `true` where the provider's entry
    /// says where they are, or `{"at": "/events", "event_type": {"body": "/type"}, "id": {"body": "/id"}}`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub split: Option<serde_json::Value>,
    /// Hooktide's own: how requests prove themselves, for `custom` only: `{"hmac": {"parts": ["body"], "hash": "sha256",
    /// "encoding": "hex", "signature": {"header": {"name": "x-signature"}}}}`, `{"plain_hash": {…}}` or
    /// `{"token": {"header": {"name": "x-key"}}}`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub scheme: Option<serde_json::Value>,
    /// Hooktide's own: the answer to an accepted delivery, in place of the provider's.
    #[serde(default)]
    pub response: Option<SourceResponseIn>,
}

/// Changes to a source: absent keeps, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IngestSourcePatch)]
pub struct SourcePatch {
    /// A name for people.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Your own name for it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$")]
    pub uid: Patch<String>,
    /// Replaces all pairs.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub metadata: Option<BTreeMap<String, String>>,
}

/// A source.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IngestSourceOut)]
pub struct SourceOut {
    /// Its id.
    #[schema(value_type = String, example = "src_1srOrx2ZWZBpBUvZwXKQmoEYga2")]
    pub id: SourceId,
    /// Your own name for it.
    #[schema(value_type = Option<String>)]
    pub uid: Option<Uid>,
    /// A name for people.
    pub name: String,
    /// The provider.
    #[serde(rename = "type")]
    pub kind: String,
    /// What proves requests, without the secrets' texts; of a source that fetches, where. Not there for
    /// `generic-webhook`, which has no configuration in the wire API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<SourceConfigOut>,
    /// How it is doing, if it fetches and is not switched off.
    pub feed: Option<FeedOut>,
    /// Where the provider sends; null for a source that fetches. Whoever knows it may try; keep it to yourself.
    pub ingest_url: Option<String>,
    /// Free string pairs.
    pub metadata: Metadata,
    /// Whether everything is refused.
    pub disabled: bool,
    /// The URL as registered with the provider.
    pub url: Option<String>,
    /// Methods of deliveries; null for the provider's.
    pub methods: Option<Vec<String>>,
    /// Bytes of a body at most; null for the server's limit.
    pub body_bytes_max: Option<u32>,
    /// Requests per second at most.
    pub throttle_rate: Option<u16>,
    /// Requests that were more than that and were answered with 429, since the server started. They leave no receipt: the
    /// provider sends them again.
    pub put_off: u64,
    /// What makes two requests the same event; null for the provider's rule.
    #[schema(value_type = Option<Object>)]
    pub dedupe: Option<serde_json::Value>,
    /// The rule for the type of an event; null for the provider's.
    #[schema(value_type = Option<Object>)]
    pub event_type: Option<serde_json::Value>,
    /// How a request with many events becomes one message each; null where it is one message.
    #[schema(value_type = Option<Object>)]
    pub split: Option<serde_json::Value>,
    /// How requests prove themselves; null for the provider's way.
    #[schema(value_type = Option<Object>)]
    pub scheme: Option<serde_json::Value>,
    /// The answer to an accepted delivery; null for the provider's.
    pub response: Option<SourceResponseIn>,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// A secret that a provider handed over.
#[derive(Serialize, ToSchema)]
pub struct LearntSecretOut {
    /// Its text, for the provider's own form; null until the provider has sent it.
    pub secret: Option<String>,
}

/// The URL after the token was changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RotateTokenOut {
    /// Where the provider must send from now on.
    pub ingest_url: String,
}

/// A [`SourceIn`] that keeps the rules.
#[derive(Clone)]
pub struct SourceDraft {
    /// A name for people.
    pub name: String,
    /// The caller's own name for it.
    pub uid: Option<Uid>,
    /// The provider.
    pub provider: String,
    /// The secrets; `None` to keep what there is.
    pub secrets: Option<Vec<SourceSecret>>,
    /// Where its events are fetched, where it has no door.
    pub feed: Option<SourceFeed>,
    /// What differs from the provider's own ways.
    pub settings: SourceSettings,
    /// Free string pairs.
    pub metadata: Metadata,
}

impl SourceIn {
    /// Check all rules; `stored` is the source that it replaces.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn checked(self, stored: Option<&Source>, policy: &Policy) -> Result<SourceDraft, ApiError> {
        let mut rules = Rules::new();
        rules.name("name", &self.name);
        let (provider_name, is_wire_type) = check_type(&mut rules, &self.kind);
        let kind = feed(&provider_name);
        let feed = kind.and_then(|kind| {
            self.check_no_requests(&mut rules, kind);
            let written = self.config.clone().map(written_of_feed);
            check_feed(&mut rules, kind, written, stored, policy)
        });
        let grace = match &self.config {
            Some(config) if kind.is_none() => {
                check_public_key(&mut rules, &provider_name, config);
                check_grace(&mut rules, &provider_name, config.timestamp_grace_seconds)
            }
            Some(_) => None,
            None => stored.and_then(|source| source.settings.timestamp_grace_s),
        };
        let draft = SourceDraft {
            uid: rules.uid::<SourceId>("uid", self.uid.as_deref()),
            secrets: self.config.clone().map(|config| check_secrets(&mut rules, config, kind.is_some())),
            feed,
            metadata: rules.metadata(self.metadata.clone()),
            name: self.name.clone(),
            settings: SourceSettings {
                timestamp_grace_s: grace,
                ..self.settings(&mut rules, &provider_name, is_wire_type)
            },
            provider: provider_name,
        };
        rules.finish().map(|()| draft)
    }

    fn check_no_requests(&self, rules: &mut Rules, kind: &FeedKind) {
        check_no_requests(rules, kind, |field| match field {
            "url" => self.url.is_some(),
            "methods" => self.methods.is_some(),
            "throttleRate" => self.throttle_rate.is_some(),
            "scheme" => self.scheme.is_some(),
            "response" => self.response.is_some(),
            _ => self.dedupe.is_some(),
        });
    }

    /// What differs from the provider's own ways.
    fn settings(self, rules: &mut Rules, provider_name: &str, is_wire_type: bool) -> SourceSettings {
        SourceSettings {
            disabled: self.disabled,
            wire_type: is_wire_type.then(|| self.kind.clone()),
            url: self.url.and_then(|url| check_url(rules, url)),
            methods: self.methods.map(|methods| check_methods(rules, methods)),
            body_bytes_max: self.body_bytes_max.inspect(|bytes| {
                if !(1..=BODY_BYTES_CEILING).contains(bytes) {
                    rules.fail("bodyBytesMax", format_args!("must be 1 to {BODY_BYTES_CEILING}"));
                }
            }),
            throttle_rate: rules.rate("throttleRate", self.throttle_rate),
            dedupe: self.dedupe.and_then(|rule| check_rule(rules, "dedupe", &rule)),
            event_type: self.event_type.and_then(|rule| check_rule(rules, "eventType", &rule)),
            split: self.split.and_then(|split| check_split(rules, provider_name, &split)),
            scheme: self.scheme.and_then(|scheme| check_scheme(rules, provider_name, &scheme)),
            response: self.response.map(|response| check_response(rules, response)),
            timestamp_grace_s: None,
        }
    }
}

impl SourceDraft {
    /// Replace a source's content. The token stays, and so do the secrets unless others were sent.
    pub fn replace(self, source: &mut Source) {
        source.name = self.name;
        source.uid = self.uid;
        source.provider = self.provider;
        source.settings = self.settings;
        source.feed = self.feed;
        source.metadata = self.metadata;
        if let Some(secrets) = self.secrets {
            source.secrets = secrets;
        }
    }
}

impl SourcePatch {
    /// Check all rules and change the source.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn apply(&self, source: &mut Source) -> Result<(), ApiError> {
        let mut rules = Rules::new();
        if let Some(name) = &self.name {
            rules.name("name", name);
            source.name.clone_from(name);
        }
        let uid = rules.uid::<SourceId>("uid", self.uid.value().map(String::as_str));
        self.uid.apply_to(&mut source.uid, uid);
        if let Some(metadata) = &self.metadata {
            source.metadata = rules.metadata(metadata.clone());
        }
        rules.finish()
    }
}

impl SourceOut {
    /// The source as its owner sees it; `base` is where providers reach this server, `feed` how its feed is doing,
    /// `put_off` how many requests were over its rate.
    #[must_use]
    pub fn of(row: Source, base: &str, feed: Option<FeedState>, put_off: u64) -> Self {
        let time = |seconds: i64| Timestamp::from_unix_ms(seconds.saturating_mul(1000));
        let secret = |secret: SourceSecret| SourceSecretOut {
            id: secret.id,
            challenge: secret.purpose == SourceSecretUse::Challenge,
            valid_from: secret.from_s.map(time),
            valid_until: secret.until_s.map(time),
        };
        let ingest_url = row.feed.is_none().then(|| ingest_url(base, &row));
        let shown_feed = shown_feed(&row);
        let feed = row.feed.as_ref().filter(|_| !row.settings.disabled).map(|_| match feed {
            Some(state) => state.into(),
            // Its turn has not come.
            None => FeedOut { state: WAITING, since: row.updated_at, last_error: None },
        });
        let public_key = shown_public_key(&row.provider, &row.secrets);
        let settings = row.settings;
        Self {
            id: row.id,
            uid: row.uid,
            name: row.name,
            config: (settings.wire_type.as_deref() != Some(WITHOUT_CONFIG)).then(|| SourceConfigOut {
                public_key,
                secrets: row.secrets.into_iter().map(secret).collect(),
                timestamp_grace_seconds: settings.timestamp_grace_s,
                feed: shown_feed,
            }),
            kind: settings.wire_type.unwrap_or(row.provider),
            feed,
            ingest_url,
            metadata: row.metadata,
            disabled: settings.disabled,
            url: settings.url,
            methods: settings.methods,
            body_bytes_max: settings.body_bytes_max,
            throttle_rate: settings.throttle_rate,
            put_off,
            dedupe: shown(settings.dedupe),
            event_type: shown(settings.event_type),
            split: settings.split.and_then(|split| match split {
                SourceSplit::Provider => Some(true.into()),
                SourceSplit::Own(text) => shown(Some(text)),
            }),
            scheme: shown(settings.scheme),
            response: settings.response.map(|response| SourceResponseIn {
                status: response.status,
                headers: response.headers,
                body: response.body,
            }),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn shown(json: Option<String>) -> Option<serde_json::Value> {
    json.and_then(|text| serde_json::from_str(&text).ok())
}

/// Where the provider sends.
#[must_use]
pub fn ingest_url(base: &str, source: &Source) -> String {
    format!("{base}/in/{}", source.token.expose())
}

#[cfg(test)]
mod tests;
