//! The reference documentation for people: a page that renders the OpenAPI document in the browser. Everything it
//! needs comes from this server, and its policy forbids anything else.

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};

use crate::openapi;
use crate::state::ApiState;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = include_str!("../pages/docs.html");
const SCRIPT: &str = include_str!("../pages/docs.js");
const STYLE: &str = include_str!("../pages/docs.css");

/// The pages. They are not operations of the API and not in its document.
pub(crate) fn pages() -> Router<ApiState> {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/docs") }))
        .route("/docs", get(|| async { page(PAGE, "text/html; charset=utf-8") }))
        .route("/docs/docs.js", get(|| async { page(SCRIPT, "text/javascript; charset=utf-8") }))
        .route("/docs/docs.css", get(|| async { page(STYLE, "text/css; charset=utf-8") }))
        .route("/api/v1/openapi.json", get(|| async { page(openapi::document(), "application/json") }))
}

fn page(body: impl IntoResponse, content_type: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, body).into_response()
}
