//! What goes into an exchange and what comes out of it.
//!
//! Made by the pipeline, judged by the pipeline: this module says what happened, not whether to try again.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::guard::EndpointUrl;
pub use crate::retry_after::RETRY_AFTER_BYTES_MAX;

/// One request, complete but for `host` and `content-length`, which the connection writes itself.
#[derive(Clone)]
pub struct HttpRequest {
    /// Normally `POST`.
    pub method: Method,
    /// Where to; decides the connection, the `Host` header and the request target.
    pub url: Arc<EndpointUrl>,
    /// All other headers in the order in which they are sent. Framing headers in here are dropped.
    pub headers: HeaderMap,
    /// The bytes that were signed.
    pub body: Bytes,
    /// Deadline for the whole exchange, from name lookup to the last byte of the answer.
    pub timeout: Duration,
}

impl fmt::Debug for HttpRequest {
    /// Prints neither headers nor body: both may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &"[redacted]")
            .field("body_bytes", &self.body.len())
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// What became of a request.
#[derive(Debug)]
pub struct Exchange {
    /// The answer, or why there is none.
    pub outcome: Result<HttpResponse, SendFailure>,
    /// Time from the call to the outcome.
    pub duration: Duration,
    /// The address that was connected to, when it came that far.
    pub remote: Option<SocketAddr>,
    /// Whether the request was on its way, so that without an answer its effect is unknown.
    pub was_sent: bool,
}

/// A complete answer, of any status. A 3xx is an answer like any other: redirects are never followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// Status code, 100 to 999.
    pub status: u16,
    /// The first `Retry-After` value as received, when it is at most [`RETRY_AFTER_BYTES_MAX`] long.
    pub retry_after: Option<Bytes>,
    /// What the answer to an `OPTIONS` allows to deliver (`webhook-allowed-origin`); not read of other answers.
    pub allowed_origin: Option<Bytes>,
    /// The start of the body, as received: a content coding is not undone.
    pub body: Bytes,
    /// Whether the body was longer than the limit and the rest was left unread.
    pub truncated: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct SendFailure {
    /// What kind of thing went wrong.
    pub kind: FailureKind,
    /// One sentence for the customer who reads the attempt.
    pub detail: String,
}

/// The kinds of failure, by what they say about the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The guard refused the URL or an address of its host.
    Blocked,
    /// The host name could not be resolved.
    Dns,
    /// No TCP connection.
    Connect,
    /// No trusted TLS connection.
    Tls,
    /// The deadline passed.
    Timeout,
    /// The connection ended before the answer was complete.
    ResetOrClosed,
    /// The answer was not valid HTTP/1.1.
    Protocol,
    /// The answer's headers were too many or too large.
    TooLarge,
    /// No access token could be got for the request.
    Authorization,
    /// The receiver did not consent to deliveries.
    NoConsent,
}

impl FailureKind {
    /// Stable code for APIs, metrics and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::ResetOrClosed => "reset_or_closed",
            Self::Protocol => "protocol",
            Self::TooLarge => "too_large",
            Self::Authorization => "authorization",
            Self::NoConsent => "no_consent",
        }
    }
}
