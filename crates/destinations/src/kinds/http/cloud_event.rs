//! An event as a CloudEvent 1.0, in the two modes of its HTTP binding. Pure; used by the pipeline.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::value::RawValue;

const VERSION: &str = "1.0";
/// The media type of a structured event.
pub const STRUCTURED: HeaderValue = HeaderValue::from_static("application/cloudevents+json; charset=utf-8");

/// What is said of an event beside its data.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    /// The same for every attempt.
    pub id: &'a str,
    /// A URI reference.
    pub source: &'a str,
    /// The event's type.
    pub event_type: &'a str,
    /// RFC 3339.
    pub time: &'a str,
    /// The data's media type.
    pub content_type: &'a str,
}

#[derive(Serialize)]
struct Document<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    event_type: &'a str,
    time: &'a str,
    datacontenttype: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_base64: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Json(&'a RawValue),
    Text(&'a str),
}

impl Attributes<'_> {
    /// Binary mode: the attributes as headers. The body stays as it is, and its media type is the `content-type`.
    pub fn put_into(&self, headers: &mut HeaderMap) {
        for (name, text) in [
            ("ce-specversion", VERSION),
            ("ce-id", self.id),
            ("ce-source", self.source),
            ("ce-type", self.event_type),
            ("ce-time", self.time),
        ] {
            let value = HeaderValue::from_str(&encoded(text)).expect("what is encoded is visible ASCII");
            headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// Structured mode: one JSON document. JSON stays as it was written, other text is a string, and the rest is base64.
    #[must_use]
    pub fn wrap(&self, payload: &[u8]) -> Bytes {
        let data = self.data(payload);
        let data_base64 = data.is_none().then(|| STANDARD.encode(payload));
        let document = Document {
            specversion: VERSION,
            id: self.id,
            source: self.source,
            event_type: self.event_type,
            time: self.time,
            datacontenttype: self.content_type,
            data,
            data_base64,
        };
        serde_json::to_vec(&document).expect("texts and JSON are JSON").into()
    }

    fn data<'p>(&self, payload: &'p [u8]) -> Option<Data<'p>> {
        let essence = self.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence == "application/json" || essence.ends_with("+json") {
            return serde_json::from_slice::<&RawValue>(payload).ok().map(Data::Json);
        }
        if essence.starts_with("text/") {
            return std::str::from_utf8(payload).ok().map(Data::Text);
        }
        None
    }
}

/// What a header cannot hold as it is, percent-encoded (HTTP protocol binding 1.0, section 3.1.3.2).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'"' | b'%' => push_encoded(&mut encoded, byte),
            0x21..=0x7e => encoded.push(char::from(byte)),
            _ => push_encoded(&mut encoded, byte),
        }
    }
    encoded
}

fn push_encoded(encoded: &mut String, byte: u8) {
    write!(encoded, "%{byte:02X}").expect("writing to a string cannot fail");
}
