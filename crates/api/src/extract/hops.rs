//! How far a published event has come, from the `hooktide-hops` header: a loop through this server ends here.

use axum::extract::FromRequestParts;
use hooktide_model::message::HOPS_MAX;
use hooktide_pipeline::hops_of;
use http::StatusCode;
use http::request::Parts;

use crate::error::ApiError;

/// Hops of the message that a request publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hops(pub u8);

impl<S: Sync> FromRequestParts<S> for Hops {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        match hops_of(&parts.headers) {
            hops if hops > HOPS_MAX => Err(ApiError::new(
                StatusCode::LOOP_DETECTED,
                "loop_detected",
                format_args!(
                    "this event was passed on more than {HOPS_MAX} times already; end the loop of endpoints that it came by"
                ),
            )),
            hops => Ok(Self(hops)),
        }
    }
}
