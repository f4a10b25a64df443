//! The whole HTTP service: routes, pages, and what holds for every request.

use std::any::Any;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::{Method, Request, StatusCode, Uri, header};
use metrics::Counter;
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowHeaders, AllowMethods, Any as AnyOrigin, Cors, CorsLayer};
use tower_http::normalize_path::{NormalizePath, NormalizePathLayer};

use crate::error::ApiError;
use crate::operations;
use crate::peer::Peer;
use crate::routes;
use crate::state::ApiState;

/// How long a browser may remember what it is allowed to send.
const CORS_MAX_AGE: Duration = Duration::from_secs(600);

/// Header fields of a request at most.
const HEADERS_MAX: usize = 100;

/// The service. A call of an SDK goes straight to the router; what only browsers and sloppy clients need is asked of
/// their requests alone, for a layer around every request costs an allocation or more in each.
#[derive(Clone)]
pub struct ApiService(Arc<Layers>);

struct Layers {
    router: Router,
    tolerant: NormalizePath<Cors<Router>>,
}

/// Put the service together.
#[must_use]
pub fn service(state: ApiState) -> ApiService {
    let router = routes::routed(routes::operations())
        .merge(routes::pages())
        .merge(routes::door())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state);
    let tolerant = NormalizePathLayer::trim_trailing_slash().layer(cors().layer(router.clone()));
    ApiService(Arc::new(Layers { router, tolerant }))
}

impl ApiService {
    /// Answer one request that came from there.
    pub async fn answer<B>(&self, request: Request<B>, peer: SocketAddr) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let mut request = request.map(Body::new);
        if request.headers().len() > HEADERS_MAX {
            let response = too_many_headers().into_response();
            count(&response);
            return response;
        }
        if request.uri().path().starts_with(routes::DOOR) {
            request.extensions_mut().insert(Peer(peer));
        }
        let answered = if is_plain(&request) {
            AssertUnwindSafe(self.0.router.clone().oneshot(request)).catch_unwind().await
        } else {
            AssertUnwindSafe(self.0.tolerant.clone().oneshot(request)).catch_unwind().await
        };
        let response = match answered {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(cause) => panicked(&*cause),
        };
        count(&response);
        response
    }
}

/// Whether the request needs neither its path tidied nor an answer about origins.
fn is_plain<B>(request: &Request<B>) -> bool {
    // A provider's path is taken as it is, and its questions are not a browser's.
    let path = request.uri().path();
    let is_door = path.starts_with(routes::DOOR);
    is_door
        || (!path.ends_with('/')
            && request.method() != Method::OPTIONS
            && !request.headers().contains_key(header::ORIGIN))
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

fn too_many_headers() -> ApiError {
    let detail = format!("a request may have {HEADERS_MAX} header fields; send fewer");
    ApiError::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "too_many_headers", detail)
}

/// An operation of the wire API that this server does not have.
fn absent(method: &Method, path: &str) -> Option<ApiError> {
    let operation = operations::find(method, path)?;
    let detail = format!("{operation} is part of the API but not built into this server yet");
    Some(ApiError::new(StatusCode::NOT_IMPLEMENTED, "not_implemented", detail))
}

/// A panic is our mistake: it is logged, the caller gets an answer, and the server goes on.
fn panicked(cause: &(dyn Any + Send)) -> Response {
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

fn count(response: &Response) {
    let class = match response.status().as_u16() {
        200..=299 => 0,
        300..=399 => 1,
        400..=499 => 2,
        _ => 3,
    };
    RESPONSES[class].increment(1);
}

#[cfg(test)]
mod tests;
