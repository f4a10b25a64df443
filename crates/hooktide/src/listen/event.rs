//! What the server tells of receipts: a line of the list, and a whole request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hooktide_model::receipt::bytes_of_text;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

/// Methods that an application knows. What was fetched from a broker has none and is sent as a `POST`.
const METHODS: &[Method] =
    &[Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// A receipt in the list.
pub(super) struct Listed {
    pub(super) id: String,
    /// `accepted`, `refused` or `conflict`.
    pub(super) outcome: String,
    /// Why.
    pub(super) code: String,
    /// The same for people.
    pub(super) detail: String,
    /// What the server answered.
    pub(super) status: u64,
    /// An event that was cut out of another receipt's request.
    pub(super) is_part: bool,
}

/// A request as its provider sent it. Holds proofs: never printed.
pub(super) struct Event {
    pub(super) id: String,
    /// `-` where it became no event.
    pub(super) event_type: String,
    pub(super) received_at: String,
    pub(super) method: Method,
    /// What followed the source's URL.
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    /// `None` when the server has not kept it.
    pub(super) body: Option<Bytes>,
}

fn text(json: &Value, name: &str) -> String {
    json[name].as_str().unwrap_or_default().to_owned()
}

impl Listed {
    /// From a row of the list; `None` when it is none.
    pub(super) fn read(json: &Value) -> Option<Self> {
        let listed = Self {
            id: text(json, "id"),
            outcome: text(json, "outcome"),
            code: text(json, "code"),
            detail: text(json, "detail"),
            status: json["status"].as_u64().unwrap_or_default(),
            is_part: json["partOf"].is_string(),
        };
        (!listed.id.is_empty()).then_some(listed)
    }
}

impl Event {
    /// From the server's answer; `None` when it is no request.
    pub(super) fn read(json: &Value) -> Option<Self> {
        let mut headers = HeaderMap::new();
        for line in json["headers"].as_array()? {
            let name = HeaderName::try_from(line["name"].as_str()?).ok()?;
            let value = HeaderValue::from_bytes(&bytes_of_text(line["value"].as_str()?)).ok()?;
            headers.append(name, value);
        }
        let body = match json["bodyBase64"].as_str() {
            Some(text) => Some(STANDARD.decode(text).ok()?.into()),
            None => None,
        };
        let method = Method::try_from(json["method"].as_str()?).ok()?;
        Some(Self {
            id: text(json, "id"),
            event_type: json["eventType"].as_str().unwrap_or("-").to_owned(),
            received_at: text(json, "receivedAt"),
            method: if METHODS.contains(&method) { method } else { Method::POST },
            path: text(json, "path"),
            headers,
            body,
        })
    }
}
