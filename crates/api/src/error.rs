//! What a caller is told when a request is not carried out: one type, always JSON, never an empty body.
//!
//! Two shapes, as the wire API has them: `{code, detail}`, and for 422 `{detail: [{loc, msg, type}]}`. The public
//! words are in here; the private cause of an internal error is logged once, where it becomes an [`ApiError`].

use std::fmt::Display;

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

/// Seconds after which a caller may try again when the server is full or cannot commit.
pub const RETRY_AFTER_S: u32 = 1;
/// Characters of a parser's message that are passed on; it may quote the caller's whole input.
const MESSAGE_CHARS_MAX: usize = 300;

/// A request that was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// 422: the input broke one or more rules.
    Invalid(Vec<FieldError>),
    /// Everything else.
    Plain(PlainError),
}

/// An error with a stable code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainError {
    /// The HTTP status.
    pub status: StatusCode,
    /// For programs. Stable.
    pub code: &'static str,
    /// For people: what is wrong and the way out.
    pub detail: String,
    /// Seconds after which the same request may work.
    pub retry_after_s: Option<u32>,
    /// The methods that the path has, for 405.
    pub allow: Option<HeaderValue>,
}

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ValidationError)]
pub struct FieldError {
    /// Where: `body`, `query`, `path` or `header`, then the names as the JSON has them; list items are `[0]`.
    pub loc: Vec<String>,
    /// What is wrong and what would be right.
    pub msg: String,
    /// `value_error` for a broken rule, `value_error.jsondecode` for JSON that does not fit, or a specific code.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// The body of every error except 422.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HttpErrorOut)]
pub struct ErrorOut<'a> {
    /// For programs. Stable.
    pub code: &'a str,
    /// For people.
    pub detail: &'a str,
}

/// The body of a 422.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HTTPValidationError)]
pub struct ValidationOut<'a> {
    /// Every rule that the input broke.
    pub detail: &'a [FieldError],
}

/// A broken rule of a value.
pub const VALUE_ERROR: &str = "value_error";
/// JSON that is malformed, incomplete or of the wrong type.
pub const JSON_ERROR: &str = "value_error.jsondecode";

impl FieldError {
    /// A broken rule at a place.
    #[must_use]
    pub fn new(loc: &[&str], msg: impl Display, kind: &'static str) -> Self {
        let mut msg = msg.to_string();
        if let Some((cut, _)) = msg.char_indices().nth(MESSAGE_CHARS_MAX) {
            msg.truncate(cut);
            msg.push('…');
        }
        Self { loc: loc.iter().map(|&part| part.to_owned()).collect(), msg, kind }
    }
}

impl ApiError {
    /// An error with a status, a stable code and words.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Display) -> Self {
        Self::Plain(PlainError { status, code, detail: detail.to_string(), retry_after_s: None, allow: None })
    }

    /// 422 with one broken rule in the body.
    #[must_use]
    pub fn body_field(field: &str, msg: impl Display) -> Self {
        Self::Invalid(vec![FieldError::new(&["body", field], msg, VALUE_ERROR)])
    }

    /// 422 with one broken rule in the query.
    #[must_use]
    pub fn query_field(field: &str, msg: impl Display) -> Self {
        Self::Invalid(vec![FieldError::new(&["query", field], msg, VALUE_ERROR)])
    }

    /// 400: the request reads well but cannot be done.
    #[must_use]
    pub fn bad_request(code: &'static str, detail: impl Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: no token, or one that does not hold.
    #[must_use]
    pub fn unauthorized(detail: impl Display) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "authentication_failed", detail)
    }

    /// 403: the token holds, but not for this. The code has a space because the wire API's has.
    #[must_use]
    pub fn forbidden(detail: impl Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, "insufficient access", detail)
    }

    /// 404: no such object here. The same for an object of somebody else.
    #[must_use]
    pub fn not_found(noun: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format_args!("{noun} not found"))
    }

    /// 409.
    #[must_use]
    pub fn conflict(code: &'static str, detail: impl Display) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 413 for a part of a request: `what` is larger than allowed.
    #[must_use]
    pub fn too_large(what: &str, bytes_max: usize) -> Self {
        let detail =
            format!("the {what} is larger than {bytes_max} bytes; send less, or raise the server's limit");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", detail)
    }

    /// 503: the queue before the store is full. Not 429, after which the clients of the wire API do not try again.
    #[must_use]
    pub fn overloaded() -> Self {
        Self::retry_later(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "more requests are waiting than the server may hold; nothing was stored, send the same request again",
        )
    }

    /// 503: the store cannot commit. Nothing of this request was stored.
    #[must_use]
    pub fn store_unavailable() -> Self {
        Self::retry_later(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "the store cannot commit at the moment; nothing was acknowledged, send the same request again",
        )
    }

    /// 503: too many callers wait for receipts already.
    #[must_use]
    pub fn too_many_waiting() -> Self {
        Self::retry_later(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_many_waiting",
            "too many callers of the organisation, or of the server, wait for receipts; end some, or ask without `wait`",
        )
    }

    /// 503: the store did not commit in time. What becomes of the request is not known yet.
    #[must_use]
    pub fn store_slow() -> Self {
        Self::retry_later(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_slow",
            "the store did not commit in time and nothing was acknowledged; send the same request again, with the same \
             idempotency key if it had one",
        )
    }

    /// 503: the server is stopping.
    #[must_use]
    pub fn draining() -> Self {
        Self::retry_later(
            StatusCode::SERVICE_UNAVAILABLE,
            "draining",
            "the server is stopping; send the same request again",
        )
    }

    fn retry_later(status: StatusCode, code: &'static str, detail: &str) -> Self {
        let detail = detail.to_owned();
        Self::Plain(PlainError { status, code, detail, retry_after_s: Some(RETRY_AFTER_S), allow: None })
    }

    /// 500. The cause is logged here and not shown.
    #[must_use]
    pub fn internal(cause: impl Display) -> Self {
        tracing::error!(%cause, "request failed on our side");
        Self::server_error()
    }

    /// 500 for a cause that was logged elsewhere.
    #[must_use]
    pub fn server_error() -> Self {
        let detail = "the server made a mistake; its log has the cause";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", detail)
    }

    /// The status that this becomes.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Plain(plain) => plain.status,
        }
    }
}

/// The answer with that status and a JSON body.
pub(crate) fn json_response(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response()
        }
        Err(cause) => ApiError::internal(cause).into_response(),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Invalid(fields) => {
                json_response(StatusCode::UNPROCESSABLE_ENTITY, &ValidationOut { detail: &fields })
            }
            Self::Plain(plain) => plain_response(plain),
        }
    }
}

fn plain_response(plain: PlainError) -> Response {
    let mut response = json_response(plain.status, &ErrorOut { code: plain.code, detail: &plain.detail });
    let headers = response.headers_mut();
    if let Some(seconds) = plain.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = plain.allow {
        headers.insert(ALLOW, allow);
    }
    match plain.status {
        StatusCode::UNAUTHORIZED => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // The rest of the body was not read: the connection cannot carry another request.
        StatusCode::PAYLOAD_TOO_LARGE => {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}
