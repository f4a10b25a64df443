//! What an HTTP endpoint may ask for beyond a URL, parsed once.
//!
//! Made by [`super::config`], used by [`super::client`] and by the pipeline, which builds the requests. Holds
//! credentials: never printed.

use std::fmt;

use http::{HeaderValue, Method};

use super::oauth2::OAuth2;
use super::tls::TlsOptions;

/// An endpoint's options.
pub struct HttpOptions {
    /// `POST`, `PUT` or `PATCH`.
    pub method: Method,
    /// Whose signature a request carries.
    pub signature: Signature,
    /// How the event is wrapped, when as a CloudEvent.
    pub cloud_events: Option<CloudEvents>,
    pub(super) authorization: Authorization,
    pub(super) tls: TlsOptions,
    /// Whether the receiver is asked for its consent before anything is sent.
    pub(super) asks_first: bool,
}

/// Whose signature a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// Ours, and none of the provider's headers.
    Ours,
    /// The provider's: its headers as they came, and no signature of ours.
    Forward,
    /// The provider's headers as they came, and our signature beside them.
    Both,
}

impl Signature {
    /// Whether the headers of the provider's request are sent on.
    #[must_use]
    pub const fn keeps_original(self) -> bool {
        matches!(self, Self::Forward | Self::Both)
    }
}

/// How an event is sent as a CloudEvent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudEvents {
    /// `structured`: one JSON document; otherwise attributes are headers and the body stays as it is.
    pub is_structured: bool,
    /// The attribute `source`, when it is not the server's own.
    pub source: Option<String>,
}

/// What a request proves its sender with.
pub(super) enum Authorization {
    /// Nothing but the signature.
    None,
    /// The same header every time.
    Fixed(HeaderValue),
    /// A token that an authorization server gives out.
    OAuth2(OAuth2),
}

impl fmt::Debug for HttpOptions {
    /// Prints nothing that could hold a credential.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpOptions")
            .field("method", &self.method)
            .field("signature", &self.signature)
            .field("cloud_events", &self.cloud_events)
            .field("credentials", &"[redacted]")
            .finish_non_exhaustive()
    }
}
