//! Answers of requests that were carried out.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use crate::error::{ApiError, json_response};

/// What a route gives back.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

/// A status and a JSON body.
#[derive(Debug)]
pub(crate) struct Answer<T>(pub(crate) StatusCode, pub(crate) T);

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        json_response(self.0, &self.1)
    }
}

/// 200 with a body.
pub(crate) const fn ok<T>(body: T) -> Answer<T> {
    Answer(StatusCode::OK, body)
}

/// 201 with a body.
pub(crate) const fn created<T>(body: T) -> Answer<T> {
    Answer(StatusCode::CREATED, body)
}

/// 202 with a body.
pub(crate) const fn accepted<T>(body: T) -> Answer<T> {
    Answer(StatusCode::ACCEPTED, body)
}
