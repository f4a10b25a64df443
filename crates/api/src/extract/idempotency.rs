//! The `idempotency-key` header.

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;

use crate::error::{ApiError, FieldError, VALUE_ERROR};

/// The header's name.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Bytes in a key.
pub const KEY_BYTES_MAX: usize = 256;

/// The caller's idempotency key, when there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        read(&parts.headers).map(Self)
    }
}

fn read(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let wrong =
        |msg: &str| ApiError::Invalid(vec![FieldError::new(&["header", IDEMPOTENCY_KEY], msg, VALUE_ERROR)]);
    let text = value.to_str().map_err(|_| wrong("may hold only visible ASCII characters"))?;
    if text.is_empty() {
        return Err(wrong("must not be empty; leave the header out for a request without a key"));
    }
    if text.len() > KEY_BYTES_MAX {
        return Err(wrong("must be at most 256 bytes"));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests;
