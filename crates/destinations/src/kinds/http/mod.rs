//! Webhooks over HTTP/1.1: a slot owns one connection and sends one request at a time over it.
//!
//! The pipeline gives every concurrency slot of an endpoint's lane its own [`HttpSlot`]. No connection is shared
//! between endpoints, so one receiver can neither slow another's nor see its bytes, and the address that was vetted
//! stays pinned for as long as the connection lives. No task is spawned: whoever owns the slot polls it.

mod connection;
mod exchange;
mod failure;
mod roots;
mod shared;
mod slot;
mod stream;
mod tls;

pub use exchange::{Exchange, FailureKind, HttpRequest, HttpResponse, RETRY_AFTER_BYTES_MAX, SendFailure};
pub use roots::read_certificates;
pub use shared::{
    HttpConfig, HttpLimits, HttpSetupError, HttpShared, RESPONSE_BODY_BYTES_MAX, RESPONSE_HEADER_BYTES_MAX,
    RESPONSE_HEADERS_MAX,
};
pub use slot::HttpSlot;

use super::Kind;

/// This kind's line in the list.
pub const KIND: Kind =
    Kind { name: "http", summary: "a signed HTTP POST to a URL", schemes: &["https", "http"], seam: None };

#[cfg(test)]
mod tests;
