//! Why a request does not reach its handler, and what its sender is told.
//!
//! What must stay true: the sender learns the code alone. What was expected instead, and the usual mistake behind it,
//! are for the service's own log.

use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};

use crate::known_keys::KeyRequest;
use crate::verdict::Refusal;

/// Seconds after which a request whose key is not at hand may come again.
const RETRY_AFTER_S: &str = "5";

/// Why a request is not let in. The response is JSON: `{"code":"…"}`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The body is over the cap: 413.
    #[error("the body is larger than is read")]
    BodyTooLarge,
    /// The body ended early: 400.
    #[error("the body could not be read to its end")]
    BodyBroken,
    /// It does not prove itself: the status that the provider wants, 401 as a rule.
    #[error("{refusal}")]
    Refused {
        /// Why, in full.
        refusal: Refusal,
        /// The status.
        status: StatusCode,
    },
    /// A key must be fetched first: 503 with `Retry-After`.
    #[error("the key at {} is not known yet", .0.url)]
    KeyNeeded(KeyRequest),
    /// The service has no verifier where one is expected: 500.
    #[error("no verifier is configured")]
    NoVerifier,
}

impl Rejection {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BodyTooLarge => "body_too_large",
            Self::BodyBroken => "body_broken",
            Self::Refused { refusal, .. } => refusal.code(),
            Self::KeyNeeded(_) => "key_needed",
            Self::NoVerifier => "no_verifier",
        }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyBroken => StatusCode::BAD_REQUEST,
            Self::Refused { status, .. } => *status,
            Self::KeyNeeded(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::NoVerifier => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(format!("{{\"code\":\"{}\"}}", self.code())));
        *response.status_mut() = self.status();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if matches!(self, Self::KeyNeeded(_)) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        response
    }
}
