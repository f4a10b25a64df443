//! Path parameters. They are taken as text: whether a text names an object is the route's question.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, FieldError, VALUE_ERROR};

/// The parameters of the matched path.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    #[expect(clippy::disallowed_types, reason = "the one place that turns its rejection into our own")]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let wrong =
            |_| ApiError::Invalid(vec![FieldError::new(&["path"], "is not valid UTF-8", VALUE_ERROR)]);
        let axum::extract::Path(value) =
            axum::extract::Path::<T>::from_request_parts(parts, state).await.map_err(wrong)?;
        Ok(Self(value))
    }
}
