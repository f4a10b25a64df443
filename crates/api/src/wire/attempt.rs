//! Attempts in answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hooktide_model::{Attempt, AttemptId, EndpointId, MessageId, Timestamp};
use hooktide_store::ListedAttempt;
use serde::Serialize;
use utoipa::ToSchema;

use super::message_out::MessageOut;
use super::status::{MessageStatus, StatusText, TriggerType};

/// What an expunged response reads as.
const EXPUNGED: &str = "EXPUNGED";
/// What a response reads as when contents were not asked for.
const HIDDEN: &str = "{}";

/// One try to deliver a message to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageAttemptOut {
    /// Where it was sent.
    #[schema(format = "uri")]
    pub url: String,
    /// The answer's first bytes (base64 when they are not UTF-8) or what went wrong; `EXPUNGED` when it was erased.
    pub response: String,
    /// The HTTP status; 0 when there was no answer.
    pub response_status_code: u16,
    /// From start to the last byte read, in milliseconds.
    pub response_duration_ms: u32,
    /// How it ended.
    pub status: MessageStatus,
    /// The same as a word.
    pub status_text: StatusText,
    /// What asked for it.
    pub trigger_type: TriggerType,
    /// The message.
    #[schema(value_type = String)]
    pub msg_id: MessageId,
    /// The endpoint.
    #[schema(value_type = String)]
    pub endpoint_id: EndpointId,
    /// Its id.
    #[schema(value_type = String, example = "atmpt_1srOrx2ZWZBpBUvZwXKQmoEYga2")]
    pub id: AttemptId,
    /// When it started.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// The message, when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg: Option<MessageOut>,
}

/// How attempts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptView {
    /// With responses and payloads.
    pub with_content: bool,
    /// With the statuses that later clients know.
    pub expanded_statuses: bool,
}

impl MessageAttemptOut {
    /// The answer for an attempt.
    #[must_use]
    pub fn of(attempt: Attempt, view: AttemptView) -> Self {
        let status = MessageStatus::of_attempt(attempt.status, view.expanded_statuses);
        Self {
            timestamp: attempt.started_at(),
            response: response_text(&attempt, view.with_content),
            url: attempt.url,
            response_status_code: attempt.status_code,
            response_duration_ms: attempt.duration_ms,
            status,
            status_text: status.text(),
            trigger_type: TriggerType(attempt.trigger),
            msg_id: attempt.message,
            endpoint_id: attempt.endpoint,
            id: attempt.id,
            msg: None,
        }
    }

    /// The answer for a row of a list.
    #[must_use]
    pub fn of_listed(row: ListedAttempt, view: AttemptView) -> Self {
        let msg = row.message.map(|message| MessageOut::of(message, view.with_content));
        Self { msg, ..Self::of(row.attempt, view) }
    }
}

fn response_text(attempt: &Attempt, with_content: bool) -> String {
    match &attempt.response {
        _ if !with_content => HIDDEN.to_owned(),
        None => EXPUNGED.to_owned(),
        Some(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // The capture was cut inside a character: still text.
            Err(error) if error.error_len().is_none() => {
                String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
            }
            Err(_) => STANDARD.encode(bytes),
        },
    }
}
