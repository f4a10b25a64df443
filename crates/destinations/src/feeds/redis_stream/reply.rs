//! The server's answer to a question for entries, and what an entry becomes.

use bytes::Bytes;
use redis::Value;
use serde_json::Map;

use crate::feeds::{Delivery, Headers};

/// One entry. Its fields are gone when it was deleted after it had been given.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) fields: Option<Vec<(String, Vec<u8>)>>,
}

/// The entries of the one stream that was asked for; `None` when the answer has another shape.
pub(super) fn entries(answer: Value) -> Option<Vec<Entry>> {
    let streams = match answer {
        Value::Nil => return Some(Vec::new()),
        Value::Array(streams) => streams,
        _ => return None,
    };
    let Some(Value::Array(stream)) = streams.into_iter().next() else { return None };
    let Some(Value::Array(found)) = stream.into_iter().nth(1) else { return None };
    found.into_iter().map(entry).collect()
}

fn entry(value: Value) -> Option<Entry> {
    let Value::Array(parts) = value else { return None };
    let mut parts = parts.into_iter();
    let id = text(bytes(parts.next()?)?);
    let fields = match parts.next()? {
        Value::Nil => None,
        Value::Array(flat) => {
            let mut flat = flat.into_iter().map(bytes);
            let mut fields = Vec::new();
            while let Some(name) = flat.next() {
                fields.push((text(name?), flat.next()??));
            }
            Some(fields)
        }
        _ => return None,
    };
    Some(Entry { id, fields })
}

fn bytes(value: Value) -> Option<Vec<u8>> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        _ => None,
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The event: one field is the payload, the others are headers; without that field all of them are.
pub(super) fn delivery(stream: &str, payload_field: &str, entry: Entry) -> Delivery {
    let fields = entry.fields.unwrap_or_default();
    let mut headers =
        Headers::default().fact("redis-stream", stream).fact("redis-entry-id", entry.id.as_str());
    let (payload, others): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| name == payload_field);
    let body = match payload.into_iter().next() {
        Some((_, payload)) => Bytes::from(payload),
        None => as_object(&others),
    };
    for (name, value) in others {
        headers.sent(&name, value);
    }
    Delivery {
        place: format!("/{stream}"),
        headers: headers.into_lines(),
        body,
        key: Some(format!("{stream}:{}", entry.id)),
    }
}

fn as_object(fields: &[(String, Vec<u8>)]) -> Bytes {
    let pair = |(name, value): &(String, Vec<u8>)| (name.clone(), String::from_utf8_lossy(value).into());
    let object: Map<String, serde_json::Value> = fields.iter().map(pair).collect();
    Bytes::from(serde_json::Value::Object(object).to_string())
}

#[cfg(test)]
mod tests;
