//! A webhook as a script sees and changes it.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// A webhook before or after a transformation.
#[derive(Clone, Default, PartialEq)]
pub struct Webhook {
    /// The HTTP method.
    pub method: String,
    /// Where it goes.
    pub url: String,
    /// The exact bytes of the body.
    pub payload: Vec<u8>,
    /// Headers in their order; a name may come more than once.
    pub headers: Vec<(String, String)>,
    /// Whether it is not to be sent.
    pub cancel: bool,
    /// Read only.
    pub event_type: Option<String>,
    /// Read only.
    pub channels: Vec<String>,
    /// Read only: the environment variables of the transformation. They may be secret and are not shown by `Debug`.
    pub variables: BTreeMap<String, String>,
    /// Read only: what the message carries for transformations.
    pub params: Option<Value>,
    /// Read only: the request that brought the message, of one that a source received.
    pub request: Option<OriginalRequest>,
}

/// The request that brought a message, as a script reads it. A name may come more than once.
#[derive(Clone, Default, PartialEq)]
pub struct OriginalRequest {
    /// The HTTP method.
    pub method: String,
    /// The path behind the source's URL.
    pub path: String,
    /// Parameters of the query, decoded.
    pub query: Vec<(String, String)>,
    /// Headers; scripts find them under lower-case names.
    pub headers: Vec<(String, String)>,
}

impl fmt::Debug for OriginalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Query and headers may hold tokens.
        f.debug_struct("OriginalRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

impl Webhook {
    /// A webhook with nothing but these.
    pub fn new(method: impl Into<String>, url: impl Into<String>, payload: Vec<u8>) -> Self {
        Self { method: method.into(), url: url.into(), payload, ..Self::default() }
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header_names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Webhook")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("payload_bytes", &self.payload.len())
            .field("header_names", &header_names)
            .field("cancel", &self.cancel)
            .field("event_type", &self.event_type)
            .field("channels", &self.channels)
            .field("variable_names", &self.variables.keys())
            .finish_non_exhaustive()
    }
}
