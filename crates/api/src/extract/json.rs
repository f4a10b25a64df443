//! JSON bodies, and what a caller is told about one that does not fit.
//!
//! A body is parsed once, without tracking where the parser is. Only when that fails is it parsed again to name
//! the place; so the good path pays nothing for good errors.

use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::error::{ApiError, FieldError, JSON_ERROR};
use crate::extract::BoundedBody;
use crate::state::ApiState;

/// A JSON request body. The `content-type` is not looked at: there is only one reading of the body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<ApiState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, ApiError> {
        let BoundedBody(bytes) = BoundedBody::from_request(request, state).await?;
        parse_json(&bytes).map(Self)
    }
}

/// Parse a body, borrowing from it where the type does.
///
/// # Errors
/// 422 that names the first place that does not fit.
pub fn parse_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| ApiError::Invalid(vec![locate::<T>(bytes, &error)]))
}

fn locate<'a, T: Deserialize<'a>>(bytes: &'a [u8], plain: &serde_json::Error) -> FieldError {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return FieldError::new(&["body"], "the body is empty; send a JSON object", JSON_ERROR);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) if !error.inner().is_data() => FieldError::new(&["body"], error.inner(), JSON_ERROR),
        Err(error) => at_field(error.path(), error.inner()),
        // The value reads well, so what is wrong comes after it.
        Ok(_) => FieldError::new(&["body"], plain, JSON_ERROR),
    }
}

fn at_field(path: &Path, error: &serde_json::Error) -> FieldError {
    let msg = error.to_string();
    let mut loc = vec!["body".to_owned()];
    loc.extend(path.iter().filter_map(segment));
    if let Some(field) = missing_field(&msg) {
        loc.push(field.to_owned());
        let loc: Vec<&str> = loc.iter().map(String::as_str).collect();
        return FieldError::new(&loc, "this field is required", JSON_ERROR);
    }
    let loc: Vec<&str> = loc.iter().map(String::as_str).collect();
    FieldError::new(&loc, msg, JSON_ERROR)
}

fn segment(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(format!("[{index}]")),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// The name in serde's "missing field `name`".
fn missing_field(msg: &str) -> Option<&str> {
    msg.strip_prefix("missing field `")?.split('`').next()
}

#[cfg(test)]
mod tests;
