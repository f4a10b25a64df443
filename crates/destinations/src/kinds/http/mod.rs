//! Webhooks over HTTP/1.1: a slot owns one connection and sends one request at a time over it.
//!
//! The pipeline gives every concurrency slot of an endpoint's lane its own [`HttpSlot`]. No connection is shared
//! between endpoints, so one receiver can neither slow another's nor see its bytes, and the address that was vetted
//! stays pinned for as long as the connection lives. No task is spawned: whoever owns the slot polls it.
//!
//! An endpoint may have options beside its URL: [`HttpOptions`], and the [`HttpClient`] that keeps what they need. One
//! without does not touch them.

mod client;
pub mod cloud_event;
mod config;
mod connection;
mod consent;
mod exchange;
mod failure;
mod oauth2;
mod options;
mod roots;
mod shared;
mod slot;
mod stream;
mod tls;

pub use client::HttpClient;
pub use exchange::{Exchange, FailureKind, HttpRequest, HttpResponse, RETRY_AFTER_BYTES_MAX, SendFailure};
pub use options::{CloudEvents, HttpOptions, Signature};
pub use roots::read_certificates;
pub use shared::{
    HttpConfig, HttpLimits, HttpSetupError, HttpShared, RESPONSE_BODY_BYTES_MAX, RESPONSE_HEADER_BYTES_MAX,
    RESPONSE_HEADERS_MAX,
};
pub use slot::HttpSlot;
pub(crate) use tls::certificate_reason;

use super::Kind;
use crate::seam::Seam;

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "http",
    summary: "a signed HTTP request to a URL",
    schemes: &["https", "http"],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};

#[cfg(test)]
mod tests;
