//! Filters of endpoints on the wire: checked, tried, explained. An extension of the wire API.

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
    /// Or try it on this stored message: its id or eventId.
    #[serde(default)]
    pub message_id: Option<String>,
}

/// What a filter is tried on.
pub enum Trial {
    /// A body and an event type.
    Given(Box<RawValue>, Option<String>),
    /// A stored message.
    Stored(String),
}

impl FilterDryRunIn {
    /// Check all rules.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn checked(self) -> Result<(Filter, Trial), ApiError> {
        let mut rules = Rules::new();
        let filter = check_filter(&mut rules, &self.filter);
        let trial = match (self.payload, self.message_id) {
            (Some(payload), None) => Some(Trial::Given(payload, self.event_type)),
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
