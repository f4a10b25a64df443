//! The line of an event, in a file of lines and in an object of many events.
//!
//! A JSON payload stands in it as it is, without the spaces and line ends between its parts, so numbers and the order of
//! members stay exact. What is not JSON is a text in `payload_text`, and what is not text either is base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::seam::{Fault, Parcel};

#[derive(Serialize)]
struct Line<'a> {
    message_id: &'a str,
    event_type: &'a str,
    occurred_at: String,
    content_type: &'a str,
    idempotency_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_base64: Option<String>,
}

/// The line with its end.
pub(crate) fn of(parcel: &Parcel) -> Result<Vec<u8>, Fault> {
    let text = std::str::from_utf8(&parcel.payload).ok();
    let payload =
        text.filter(|text| is_json(text)).and_then(|json| RawValue::from_string(compact(json)).ok());
    let line = Line {
        message_id: &parcel.message_id,
        event_type: &parcel.event_type,
        occurred_at: Timestamp::from_millisecond(parcel.occurred_at_ms).unwrap_or_default().to_string(),
        content_type: &parcel.content_type,
        idempotency_key: &parcel.idempotency_key,
        payload_text: text.filter(|_| payload.is_none()),
        payload_base64: text.is_none().then(|| STANDARD.encode(&parcel.payload)),
        payload,
    };
    let mut bytes = serde_json::to_vec(&line)
        .map_err(|error| Fault::retry(format!("internal error: the line could not be written: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// JSON without the space between its parts. No line end can stand inside a JSON text's strings.
pub(crate) fn compact(json: &str) -> String {
    let (mut is_in_string, mut is_escaped) = (false, false);
    json.chars()
        .filter(|character| {
            let is_kept = is_in_string || !character.is_ascii_whitespace();
            match character {
                '"' if !is_escaped => is_in_string = !is_in_string,
                _ => {}
            }
            is_escaped = is_in_string && *character == '\\' && !is_escaped;
            is_kept
        })
        .collect()
}
