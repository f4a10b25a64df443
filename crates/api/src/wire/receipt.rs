//! Receipts on the wire: what a provider sent, and what was made of it. No secret of it is shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hooktide_model::{EventTypeName, MessageId, Receipt, ReceiptId, ReceiptOutcome, Timestamp};
use hooktide_pipeline::{HIDDEN, is_sensitive_name};
use hooktide_verify::Scheme;
use serde::Serialize;
use utoipa::ToSchema;

/// A request as a provider sent it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptOut {
    /// Its id.
    #[schema(value_type = String, example = "rcpt_1srOrx2ZWZBpBUvZwXKQmoEYga2")]
    pub id: ReceiptId,
    /// `accepted`, `refused` or `conflict`: the last came before with another body.
    pub outcome: &'static str,
    /// Why: stable, for programs.
    pub code: String,
    /// Why, for people.
    pub detail: String,
    /// The message that it became.
    #[schema(value_type = Option<String>)]
    pub message_id: Option<MessageId>,
    /// When its body had arrived.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// The method.
    pub method: String,
    /// What followed the source's URL.
    pub path: String,
    /// Who sent it.
    pub peer: Option<String>,
    /// The status that was answered.
    pub status: u16,
    /// The name of the secret that matched.
    pub secret_id: Option<String>,
    /// What makes it the same event as another.
    pub dedupe_key: Option<String>,
    /// Bytes of the body, kept or not; null if it was too large to be read.
    pub body_bytes: Option<u64>,
    /// The receipt that this is a replay of.
    pub replay_of: Option<String>,
    /// How many events the request was split into; null where it is one event.
    pub events: Option<u32>,
    /// The receipt of the whole request that this event was cut out of.
    pub part_of: Option<String>,
}

/// A request with all of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptDetailOut {
    /// Everything that lists show of it.
    #[serde(flatten)]
    pub summary: ReceiptOut,
    /// Header lines in order; values that carry proofs or keys are not shown.
    pub headers: Vec<HeaderLineOut>,
    /// The exact bytes in base64; null when they were not kept or have expired.
    pub body_base64: Option<String>,
}

/// A header line.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeaderLineOut {
    /// As sent.
    pub name: String,
    /// As sent, each byte a character.
    pub value: String,
}

/// A request as it was sent, proofs included.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptRequestOut {
    /// The receipt.
    #[schema(value_type = String)]
    pub id: ReceiptId,
    /// The type of the event that it became; null if it became none.
    #[schema(value_type = Option<String>)]
    pub event_type: Option<EventTypeName>,
    /// When its body had arrived.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// The method; of a source that fetches, the name of the way.
    pub method: String,
    /// What followed the source's URL, query included; empty for a source that fetches.
    pub path: String,
    /// Header lines in order, with their values.
    pub headers: Vec<HeaderLineOut>,
    /// The exact bytes in base64; null when they were not kept or have expired.
    pub body_base64: Option<String>,
}

/// What came of a replay.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplayOut {
    /// The message that a refused request has become.
    #[schema(value_type = Option<String>)]
    pub message_id: Option<MessageId>,
    /// Endpoints that an accepted request's message goes to again.
    pub endpoints: Option<u64>,
}

impl ReceiptOut {
    /// The receipt as the source's owner sees it; `scheme` tells where a proof may stand.
    #[must_use]
    pub fn of(row: &Receipt, scheme: Option<&Scheme>) -> Self {
        let head = &row.head;
        let (outcome, code, detail) = match row.outcome {
            ReceiptOutcome::Accepted => ("accepted", head.code.as_str(), head.detail.as_str()),
            ReceiptOutcome::Refused => ("refused", head.code.as_str(), head.detail.as_str()),
            ReceiptOutcome::Conflict => ("conflict", "conflict", "this event came before with another body"),
        };
        Self {
            id: row.id,
            outcome,
            code: code.to_owned(),
            detail: detail.to_owned(),
            message_id: row.message,
            received_at: row.received_at(),
            method: head.method.clone(),
            path: shown_path(&head.target, scheme),
            peer: head.peer.clone(),
            status: head.status,
            secret_id: head.secret.clone(),
            dedupe_key: head.dedupe_key.clone(),
            body_bytes: head.body_bytes,
            replay_of: head.replay_of.clone(),
            events: head.events,
            part_of: head.part_of.clone(),
        }
    }
}

impl ReceiptDetailOut {
    /// The same with headers and body.
    #[must_use]
    pub fn of(row: &Receipt, scheme: Option<&Scheme>) -> Self {
        let line = |(name, value): &(String, String)| HeaderLineOut {
            name: name.clone(),
            value: if is_sensitive(name, scheme) { HIDDEN.to_owned() } else { value.clone() },
        };
        Self {
            summary: ReceiptOut::of(row, scheme),
            headers: row.head.headers.iter().map(line).collect(),
            body_base64: row.body.as_ref().map(|body| STANDARD.encode(body)),
        }
    }
}

impl ReceiptRequestOut {
    /// All of it, for a program that passes it on.
    #[must_use]
    pub fn of(row: Receipt, event_type: Option<EventTypeName>) -> Self {
        let line = |(name, value)| HeaderLineOut { name, value };
        Self {
            id: row.id,
            event_type,
            received_at: row.received_at(),
            path: row.head.target.strip_prefix("/in/").map_or("", behind_token).to_owned(),
            method: row.head.method,
            headers: row.head.headers.into_iter().map(line).collect(),
            body_base64: row.body.as_ref().map(|body| STANDARD.encode(body)),
        }
    }
}

/// What follows the token, which is nobody's business.
fn behind_token(rest: &str) -> &str {
    rest.find(['/', '?']).map_or("", |end| &rest[end..])
}

/// The same for people. Where the query may be the proof, it is not shown.
fn shown_path(target: &str, scheme: Option<&Scheme>) -> String {
    let rest = behind_token(target.strip_prefix("/in/").unwrap_or(target));
    match (scheme, rest.split_once('?')) {
        (None | Some(Scheme::Token(_) | Scheme::Family(_) | Scheme::AnyOf(_)), Some((path, _))) => {
            format!("{path}?{HIDDEN}")
        }
        _ => rest.to_owned(),
    }
}

fn is_sensitive(name: &str, scheme: Option<&Scheme>) -> bool {
    let is_proof = scheme
        .is_none_or(|scheme| scheme.proof_headers().iter().any(|proof| name.eq_ignore_ascii_case(proof)));
    is_proof || is_sensitive_name(name)
}

#[cfg(test)]
mod tests;
