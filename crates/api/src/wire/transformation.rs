//! Transformations of endpoints on the wire: read, changed, tried.
//!
//! What must stay true: the values of variables are secrets. They leave only as their mask, and the mask that comes
//! back stands for the value that is stored.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use hooktide_model::{Channel, EndpointTransformation, EventTypeName, Timestamp};
use hooktide_pipeline::{HIDDEN, TrialError};
use hooktide_transform::Webhook;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::Patch;
use super::patch::not_null;
use crate::error::{ApiError, FieldError, VALUE_ERROR};
use crate::validate::Rules;

/// Variables of a transformation.
pub const VARIABLES_MAX: usize = 100;
/// Characters of a variable's name.
pub const VARIABLE_NAME_CHARS_MAX: usize = 256;
/// Bytes of all variables, names and values together.
pub const VARIABLES_BYTES_MAX: usize = 64 * 1024;

/// Changes to a transformation: absent keeps, null clears.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = EndpointTransformationPatch)]
pub struct TransformationPatch {
    /// JavaScript that declares `function handler(webhook)` and returns the webhook. Without code nothing runs, so null
    /// switches off too.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 10, max_length = 51_200,
        example = "function handler(webhook) { webhook.payload.seen = true; return webhook; }")]
    pub code: Patch<String>,
    /// Whether it runs.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(nullable = false)]
    pub enabled: Option<bool>,
    /// Replaces all variables, which the script finds in `webhook.variables`. A value that is still `[redacted]` stays
    /// as it is.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub variables: Patch<BTreeMap<String, String>>,
}

/// A transformation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndpointTransformationOut)]
#[serde(rename_all = "camelCase")]
pub struct TransformationOut {
    /// The script.
    #[schema(min_length = 10, max_length = 51_200)]
    pub code: Option<String>,
    /// Whether it runs.
    #[schema(default = false)]
    pub enabled: bool,
    /// Names of the variables; the values are `[redacted]`.
    pub variables: Option<BTreeMap<String, String>>,
    /// When any of this last changed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated_at: Option<Timestamp>,
}

/// A script to be tried, and what on. Nothing is saved and nothing is sent.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransformationSimulateIn {
    /// The script. An extension of the wire API: when absent, the endpoint's own, enabled or not.
    #[serde(default)]
    #[schema(min_length = 10, max_length = 51_200)]
    pub code: Option<String>,
    /// The event type that goes with the payload.
    #[serde(default)]
    #[schema(max_length = 256, pattern = r"^[a-zA-Z0-9\-_.]+$")]
    pub event_type: Option<String>,
    /// The channels that go with the payload.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub channels: Option<Vec<String>>,
    /// Try it on this payload.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub payload: Option<Box<RawValue>>,
    /// The script's variables. When absent, the names of the endpoint's own, with `[redacted]` for values.
    #[serde(default)]
    pub variables: Option<BTreeMap<String, String>>,
    /// An extension of the wire API: try it on this stored message instead. Its id or eventId; of a source, the id of
    /// its receipt too.
    #[serde(default)]
    pub message_id: Option<String>,
}

/// What a script is tried on.
pub enum Trial {
    /// A payload and what goes with it.
    Given {
        /// The exact bytes.
        payload: Bytes,
        /// What happened.
        event_type: EventTypeName,
        /// Channels.
        channels: Vec<Channel>,
    },
    /// A stored message.
    Stored(String),
}

/// What would be sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransformationSimulateOut {
    /// Where it would be sent.
    #[schema(format = "uri")]
    pub url: String,
    /// What would be sent, as text.
    pub payload: String,
    /// The HTTP method.
    #[schema(example = "POST")]
    pub method: String,
    /// Whether it would not be sent at all.
    pub cancel: bool,
    /// Headers that the script set; lines of one name are joined. An extension of the wire API.
    pub headers: BTreeMap<String, String>,
}

impl fmt::Debug for TransformationPatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransformationPatch").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}

impl TransformationPatch {
    /// Change an endpoint's transformation. The code was tried before.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn apply(&self, stored: &mut Option<EndpointTransformation>, now: Timestamp) -> Result<(), ApiError> {
        let nothing = || EndpointTransformation {
            code: None,
            enabled: false,
            variables: BTreeMap::new(),
            updated_at: now,
        };
        let mut changed = stored.clone().unwrap_or_else(nothing);
        let mut rules = Rules::new();
        self.code.apply_to(&mut changed.code, self.code.value().cloned());
        changed.enabled = self.enabled.unwrap_or(changed.enabled && changed.code.is_some());
        if changed.enabled && changed.code.is_none() {
            rules.fail("enabled", "there is no code to run; send `code` first or with it");
        }
        if self.variables.is_sent() {
            let sent = self.variables.value().cloned().unwrap_or_default();
            changed.variables = unmasked(&mut rules, sent, &changed.variables);
        }
        changed.updated_at = now;
        rules.finish()?;
        *stored = Some(changed);
        Ok(())
    }
}

/// The variables with stored values in the place of masks, checked.
fn unmasked(
    rules: &mut Rules,
    sent: BTreeMap<String, String>,
    stored: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    check_variables(rules, &sent);
    let value = |(name, value): (String, String)| {
        if value != HIDDEN {
            return (name, value);
        }
        let kept = stored.get(&name).cloned().unwrap_or_else(|| {
            let msg = "is masked, and no variable of that name is stored; send its value";
            rules.fail_at(&["variables", &name], msg, VALUE_ERROR);
            String::new()
        });
        (name, kept)
    };
    sent.into_iter().map(value).collect()
}

fn check_variables(rules: &mut Rules, variables: &BTreeMap<String, String>) {
    if variables.len() > VARIABLES_MAX {
        rules.fail(
            "variables",
            format_args!("has {} entries; at most {VARIABLES_MAX} are kept", variables.len()),
        );
    }
    let bytes: usize = variables.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > VARIABLES_BYTES_MAX {
        rules.fail("variables", format_args!("has {bytes} bytes; at most {VARIABLES_BYTES_MAX} are kept"));
    }
    for name in variables.keys().filter(|it| it.is_empty() || it.chars().count() > VARIABLE_NAME_CHARS_MAX) {
        let msg = format_args!("a name has 1 to {VARIABLE_NAME_CHARS_MAX} characters").to_string();
        rules.fail_at(&["variables", name], msg, VALUE_ERROR);
    }
}

/// The variables with a mask in the place of each value.
fn masked(variables: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    variables.keys().map(|name| (name.clone(), HIDDEN.to_owned())).collect()
}

impl From<TrialError> for ApiError {
    /// 422 that says what is wrong with a script, and where in it.
    fn from(error: TrialError) -> Self {
        match error {
            TrialError::Busy => Self::overloaded(),
            TrialError::Script(error) => {
                Self::Invalid(vec![FieldError::new(&["body", "code"], error, VALUE_ERROR)])
            }
        }
    }
}

impl From<Option<&EndpointTransformation>> for TransformationOut {
    fn from(stored: Option<&EndpointTransformation>) -> Self {
        let variables = stored.map(|it| masked(&it.variables)).filter(|it| !it.is_empty());
        Self {
            code: stored.and_then(|it| it.code.clone()),
            enabled: stored.is_some_and(|it| it.enabled),
            variables,
            updated_at: stored.map(|it| it.updated_at),
        }
    }
}

/// A call of simulate that keeps the rules.
pub struct CheckedSimulation {
    /// The script.
    pub code: String,
    /// Its variables.
    pub variables: BTreeMap<String, String>,
    /// What it is tried on.
    pub trial: Trial,
}

impl TransformationSimulateIn {
    /// Check all rules, beside what the endpoint has.
    ///
    /// # Errors
    /// 422 with every broken rule.
    pub fn checked(self, stored: Option<&EndpointTransformation>) -> Result<CheckedSimulation, ApiError> {
        let mut rules = Rules::new();
        let code = self.code.or_else(|| stored.and_then(|it| it.code.clone()));
        if code.is_none() {
            rules.fail("code", "this field is required while the endpoint has no code of its own");
        }
        if let Some(variables) = &self.variables {
            check_variables(&mut rules, variables);
        }
        let own = || stored.map(|it| masked(&it.variables)).unwrap_or_default();
        let variables = self.variables.unwrap_or_else(own);
        let trial = match (self.payload, self.message_id) {
            (Some(payload), None) => {
                let named = self.event_type.as_deref();
                let event_type = match named {
                    Some(name) => rules.check("eventType", EventTypeName::parse(name)),
                    None => {
                        rules.fail("eventType", "this field is required beside `payload`");
                        None
                    }
                };
                let channels = rules.channels("channels", self.channels.as_deref()).unwrap_or_default();
                let payload = Bytes::from(payload.get().to_owned());
                event_type.map(|event_type| Trial::Given { payload, event_type, channels })
            }
            (None, Some(id)) => Some(Trial::Stored(id)),
            _ => {
                rules.fail("payload", "send either `payload` or `messageId`");
                None
            }
        };
        let (code, trial) = rules.finish_with(code.zip(trial))?;
        Ok(CheckedSimulation { code, variables, trial })
    }
}

impl From<Webhook> for TransformationSimulateOut {
    fn from(webhook: Webhook) -> Self {
        let mut headers = BTreeMap::new();
        for (name, value) in &webhook.headers {
            let joined: &mut String = headers.entry(name.to_ascii_lowercase()).or_default();
            if !joined.is_empty() {
                joined.push_str(", ");
            }
            joined.push_str(value);
        }
        Self {
            url: webhook.url,
            payload: String::from_utf8_lossy(&webhook.payload).into_owned(),
            method: webhook.method,
            cancel: webhook.cancel,
            headers,
        }
    }
}

#[cfg(test)]
mod tests;
