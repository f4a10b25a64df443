//! The request of one attempt: headers, signature, and exactly the bytes that were signed.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hooktide_destinations::guard::EndpointUrl;
use hooktide_destinations::kinds::http::HttpRequest;
use hooktide_model::{Message, Timestamp};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use crate::PipelineConfig;
use crate::hops::HOPS;
use crate::subscriber::Subscriber;

pub(crate) const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("Hooktide/", env!("CARGO_PKG_VERSION")));
pub(crate) const ANY: HeaderValue = HeaderValue::from_static("*/*");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Names of the three headers, in both families.
pub(crate) const WEBHOOK: [HeaderName; 3] = [
    HeaderName::from_static("webhook-id"),
    HeaderName::from_static("webhook-timestamp"),
    HeaderName::from_static("webhook-signature"),
];
pub(crate) const SVIX: [HeaderName; 3] = [
    HeaderName::from_static("svix-id"),
    HeaderName::from_static("svix-timestamp"),
    HeaderName::from_static("svix-signature"),
];

/// Why a request could not be made. Our fault or the operator's, never the endpoint's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    /// No key is valid.
    #[error("the endpoint has no valid signing secret: rotate its secret")]
    NoKey,
    /// The signature could not be made.
    #[error("the message could not be signed: {0}")]
    Sign(#[from] hooktide_verify::standard_webhooks::SignError),
}

/// Build the request for an attempt at `now`.
///
/// # Errors
/// When it cannot be signed.
pub(crate) fn build(
    message: &Message,
    payload: Bytes,
    subscriber: &Subscriber,
    url: &Arc<EndpointUrl>,
    config: &PipelineConfig,
    now: Timestamp,
) -> Result<HttpRequest, RequestError> {
    let values = signed(&message.id.to_string(), &payload, subscriber, now)?;
    let mut headers = HeaderMap::with_capacity(9 + subscriber.headers.len());
    headers.insert(ACCEPT, ANY);
    headers.insert(CONTENT_TYPE, content_type(message));
    headers.insert(USER_AGENT, AGENT);
    for (name, value) in &subscriber.headers {
        headers.append(name.clone(), value.clone());
    }
    // After the endpoint's own, which may not hide a loop.
    if message.hops > 0 {
        headers.insert(HOPS, HeaderValue::from(u16::from(message.hops)));
    }
    for (on, names) in [(config.webhook_headers, WEBHOOK), (config.svix_headers, SVIX)] {
        if on {
            for (name, value) in names.into_iter().zip(&values) {
                headers.insert(name, value.clone());
            }
        }
    }
    let timeout: Duration = config.timeout;
    Ok(HttpRequest { method: http::Method::POST, url: Arc::clone(url), headers, body: payload, timeout })
}

/// Id, time and signature of a body as header values, in the order of the families' names.
pub(crate) fn signed(
    id: &str,
    body: &[u8],
    subscriber: &Subscriber,
    now: Timestamp,
) -> Result<[HeaderValue; 3], RequestError> {
    let keys = subscriber.keys_at(now);
    if keys.is_empty() {
        return Err(RequestError::NoKey);
    }
    let mut signature = String::with_capacity(48 * keys.len());
    hooktide_verify::standard_webhooks::sign_header(keys, id, now.unix_s(), body, &mut signature)?;
    Ok([header(id), header(&now.unix_s().to_string()), header(&signature)])
}

/// Ids, numbers and base64 are always header values.
pub(crate) fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("ids, numbers and base64 are visible ASCII")
}

pub(crate) fn content_type(message: &Message) -> HeaderValue {
    match &message.content_type {
        hooktide_model::ContentType::Json => JSON,
        hooktide_model::ContentType::Other(text) => HeaderValue::from_str(text).unwrap_or(OCTETS),
    }
}
