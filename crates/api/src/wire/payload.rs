//! A payload as answers show it: always a JSON object, as the wire API's types say.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hooktide_model::{ContentType, Message};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A payload in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayloadOut {
    /// Not asked for: `{}`.
    Hidden,
    /// Expunged or past its retention: `{"expired": true}`.
    Expired,
    /// The payload's bytes: a JSON object exactly as it was published; anything else as
    /// `{"rawPayload": "<text>", "contentType": "…"}`, or `payloadBase64` for bytes that are not UTF-8.
    Shown(Bytes, ContentType),
}

impl PayloadOut {
    /// Of a stored message.
    #[must_use]
    pub fn of(message: &Message, with_content: bool) -> Self {
        match &message.payload {
            _ if !with_content => Self::Hidden,
            None => Self::Expired,
            Some(bytes) => Self::Shown(bytes.clone(), message.content_type.clone()),
        }
    }
}

/// The bytes as a JSON object, if they are one.
fn json_object(bytes: &[u8]) -> Option<&RawValue> {
    serde_json::from_slice::<&RawValue>(bytes).ok().filter(|raw| raw.get().starts_with('{'))
}

impl Serialize for PayloadOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Hidden => serializer.serialize_map(Some(0))?.end(),
            Self::Expired => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("expired", &true)?;
                map.end()
            }
            Self::Shown(bytes, content_type) => match json_object(bytes) {
                Some(object) if *content_type == ContentType::Json => object.serialize(serializer),
                _ => serialize_raw(bytes, content_type, serializer),
            },
        }
    }
}

fn serialize_raw<S: Serializer>(
    bytes: &[u8],
    content_type: &ContentType,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(2))?;
    match std::str::from_utf8(bytes) {
        Ok(text) => map.serialize_entry("rawPayload", text)?,
        Err(_) => map.serialize_entry("payloadBase64", &STANDARD.encode(bytes))?,
    }
    map.serialize_entry("contentType", content_type.as_str())?;
    map.end()
}

#[cfg(test)]
mod tests;
