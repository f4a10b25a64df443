//! Filters of endpoints on the wire: checked, tried, explained. An extension of the wire API.

use std::collections::BTreeMap;

use bytes::Bytes;
use hooktide_pipeline::SeenRequest;
use hooktide_transform::{Decision, Filter};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::{ApiError, VALUE_ERROR};
use crate::validate::Rules;

/// Check a filter, noting every mistake with its place in it.
pub fn check_filter(rules: &mut Rules, filter: &Value) -> Option<Filter> {
    match Filter::parse(filter) {
        Ok(parsed) => Some(parsed),
        Err(mistakes) => {
            for mistake in &mistakes.0 {
                let place = mistake.path.trim_start_matches('$').trim_start_matches('.');
                let mut path = vec!["filter"];
                path.extend(Some(place).filter(|place| !place.is_empty()));
                rules.fail_at(&path, &mistake.message, VALUE_ERROR);
            }
            None
        }
    }
}

/// A filter to try, and what to try it on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FilterDryRunIn {
    /// The filter, which is not saved.
    #[schema(value_type = Object)]
    pub filter: Value,
    /// Try it on this body.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub payload: Option<Box<RawValue>>,
    /// The event type that goes with the body.
    #[serde(default)]
    pub event_type: Option<String>,
    /// Headers of the request that goes with the body.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, String>>,
    /// Parameters of its query, decoded.
    #[serde(default)]
    pub query: Option<BTreeMap<String, String>>,
    /// Its path, behind the source's URL.
    #[serde(default)]
    pub path: Option<String>,
    /// Or try it on this stored message: its id or eventId; of a source, the id of its receipt too. Published messages
    /// have no headers, query and path, so clauses on these do not hold.
    #[serde(default)]
    pub message_id: Option<String>,
}

/// What a filter is tried on.
pub enum Trial {
    /// What the caller sent.
    Given(Given),
    /// A stored message.
    Stored(String),
}

/// A webhook that a caller made up.
pub struct Given {
    /// The body.
    pub payload: Bytes,
    /// The event type.
    pub event_type: Option<String>,
    /// The rest of the request, when any of it was sent.
    pub request: Option<SeenRequest>,
}

impl FilterDryRunIn {
    /// Check all rules.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn checked(self) -> Result<(Filter, Trial), ApiError> {
        let mut rules = Rules::new();
        let filter = check_filter(&mut rules, &self.filter);
        let is_request = self.headers.is_some() || self.query.is_some() || self.path.is_some();
        let request = is_request.then(|| SeenRequest {
            method: "POST".to_owned(),
            path: self.path.unwrap_or_else(|| "/".to_owned()),
            query: self.query.unwrap_or_default().into_iter().collect(),
            headers: self.headers.unwrap_or_default().into_iter().collect(),
        });
        let trial = match (self.payload, self.message_id) {
            (Some(payload), None) => {
                let payload = Bytes::from(payload.get().to_owned());
                Some(Trial::Given(Given { payload, event_type: self.event_type, request }))
            }
            (None, Some(id)) => Some(Trial::Stored(id)),
            _ => {
                rules.fail("payload", "send either `payload` or `messageId`");
                None
            }
        };
        rules.finish_with(filter.zip(trial))
    }
}

/// What a filter says about one message.
#[derive(Debug, Serialize, ToSchema)]
pub struct FilterDecisionOut {
    /// Whether the message passes.
    pub passed: bool,
    /// The clause that decided, as a JSON path into the filter.
    pub clause: String,
    /// What was found there, as JSON, cut when long.
    pub actual: Option<String>,
    /// What the clause wanted, as JSON, cut when long.
    pub expected: Option<String>,
    /// The reason as a sentence.
    pub explanation: String,
}

impl From<Decision> for FilterDecisionOut {
    fn from(decision: Decision) -> Self {
        let Decision { passed, clause, actual, expected, explanation } = decision;
        Self { passed, clause, actual, expected, explanation }
    }
}

/// What decides whether an endpoint gets a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum DecidedBy {
    /// The endpoint is disabled.
    Disabled,
    /// It does not subscribe to the event type.
    EventType,
    /// It shares no channel with the message.
    Channels,
    /// Its filter.
    Filter,
    /// It has a filter, but the message's payload is gone.
    PayloadGone,
    /// Nothing keeps the message out.
    Subscription,
}

/// Why an endpoint gets a message, or does not.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainOut {
    /// Whether the message was meant for the endpoint when it was accepted.
    pub was_matched: bool,
    /// Whether the endpoint as it is now would get it; null when that cannot be told any more.
    pub would_match: Option<bool>,
    /// What decides that.
    pub decided_by: DecidedBy,
    /// What the endpoint's filter says, when it came to that.
    pub filter: Option<FilterDecisionOut>,
}

#[cfg(test)]
mod tests;
