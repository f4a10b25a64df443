//! The whole HTTP service: routes, pages, and what holds for every request.

use std::any::Any;
use std::sync::LazyLock;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, Uri};
use metrics::Counter;
use tower::Layer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowHeaders, AllowMethods, Any as AnyOrigin, CorsLayer};
use tower_http::normalize_path::{NormalizePath, NormalizePathLayer};

use crate::error::ApiError;
use crate::operations;
use crate::routes;
use crate::state::ApiState;

/// How long a browser may remember what it is allowed to send.
const CORS_MAX_AGE: Duration = Duration::from_secs(600);

/// The service: a router, with slashes at the end of paths cut off before it is asked.
pub type ApiService = NormalizePath<Router>;

/// Put the service together.
#[must_use]
pub fn service(state: ApiState) -> ApiService {
    let (operations, _) = crate::openapi::documented().split_for_parts();
    let router = operations
        .merge(routes::pages())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::map_response(count))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(cors())
        .with_state(state);
    NormalizePathLayer::trim_trailing_slash().layer(router)
}

/// Browsers may call from anywhere: it is the token that counts, and it is never sent by itself.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AnyOrigin)
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(CORS_MAX_AGE)
}

async fn not_found(method: Method, uri: Uri) -> ApiError {
    absent(&method, uri.path()).unwrap_or_else(|| {
        let detail = "there is nothing at this path; /docs lists what there is";
        ApiError::new(StatusCode::NOT_FOUND, "not_found", detail)
    })
}

/// The router adds the `Allow` header.
async fn method_not_allowed(method: Method, uri: Uri) -> ApiError {
    absent(&method, uri.path()).unwrap_or_else(|| {
        let detail = format!("{method} is not possible here; the Allow header lists what is");
        ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    })
}

/// An operation of the wire API that this server does not have.
fn absent(method: &Method, path: &str) -> Option<ApiError> {
    let operation = operations::find(method, path)?;
    let detail = format!("{operation} is part of the API but not built into this server yet");
    Some(ApiError::new(StatusCode::NOT_IMPLEMENTED, "not_implemented", detail))
}

/// A panic is our mistake: it is logged, the caller gets an answer, and the server goes on.
fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text = cause.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| cause.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(panic = text, "a request handler panicked");
    ApiError::server_error().into_response()
}

/// Answers by class of status. Made at the first answer, when the recorder is in place.
static RESPONSES: LazyLock<[Counter; 4]> = LazyLock::new(|| {
    ["2xx", "3xx", "4xx", "5xx"]
        .map(|class| metrics::counter!("hooktide_api_responses_total", "class" => class))
});

async fn count(response: Response) -> Response {
    let class = match response.status().as_u16() {
        200..=299 => 0,
        300..=399 => 1,
        400..=499 => 2,
        _ => 3,
    };
    RESPONSES[class].increment(1);
    response
}

#[cfg(test)]
mod tests;
