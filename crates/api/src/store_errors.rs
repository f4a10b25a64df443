//! A store's refusal in the API's words.

use hooktide_pipeline::{PublishError, RecoverError, ResendError};
use hooktide_store::StoreError;

use crate::error::ApiError;

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken(field) => Self::conflict(
                "conflict",
                format_args!("another object already has this {field}; choose another"),
            ),
            StoreError::Stale => {
                Self::conflict("conflict", "the object was changed at the same time; send the request again")
            }
            StoreError::KeyReused => Self::conflict(
                "idempotency_conflict",
                "this idempotency key was used with another request; use a new key for a new request",
            ),
            StoreError::Missing => Self::not_found("entity"),
            StoreError::Overloaded => Self::overloaded(),
            StoreError::Late => Self::store_slow(),
            StoreError::Unavailable(cause) => {
                tracing::warn!(%cause, "the store cannot commit");
                Self::store_unavailable()
            }
            StoreError::Database(cause) => Self::internal(cause),
        }
    }
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Store(StoreError::Taken(_)) => {
                Self::conflict("conflict", "a message with this eventId exists already in the application")
            }
            PublishError::Store(error) => error.into(),
        }
    }
}

impl From<ResendError> for ApiError {
    fn from(error: ResendError) -> Self {
        match error {
            ResendError::PayloadGone => Self::bad_request(
                "missing_payload",
                "the payload was expunged or has expired; it cannot be sent again",
            ),
            ResendError::EndpointDisabled => endpoint_disabled(),
            ResendError::Store(StoreError::Missing) => Self::not_found("message or endpoint"),
            ResendError::Store(error) => error.into(),
        }
    }
}

impl From<RecoverError> for ApiError {
    fn from(error: RecoverError) -> Self {
        match error {
            RecoverError::EndpointDisabled => endpoint_disabled(),
            RecoverError::Store(StoreError::Missing) => Self::not_found("endpoint"),
            RecoverError::Store(error) => error.into(),
        }
    }
}

fn endpoint_disabled() -> ApiError {
    ApiError::bad_request("endpoint_disabled", "the endpoint is disabled; enable it first")
}
