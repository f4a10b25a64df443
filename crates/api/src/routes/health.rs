//! Whether the server lives, is ready, and what it counts. Without a token.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, ErrorOut};
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;

/// The server is well.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthOut {
    /// Always `ok`.
    status: &'static str,
}

const WELL: HealthOut = HealthOut { status: "ok" };

fn readiness(api: &ApiState) -> ApiResult<()> {
    if api.is_draining() {
        return Err(ApiError::draining());
    }
    if !api.store.is_writable() {
        return Err(ApiError::store_unavailable());
    }
    Ok(())
}

/// Whether messages are accepted at the moment.
#[utoipa::path(
    get, path = "/api/v1/health", operation_id = "v1.health.get", tag = "Health", security(()),
    responses((status = 200, body = HealthOut), (status = 503, description = "The store cannot commit", body = ErrorOut))
)]
pub(crate) async fn get(State(api): State<ApiState>) -> ApiResult<Answer<HealthOut>> {
    readiness(&api).map(|()| ok(WELL))
}

/// Whether the server answers.
#[utoipa::path(
    get, path = "/api/v1/health/ping", operation_id = "v1.health.ping", tag = "Health", security(()),
    responses((status = 204))
)]
pub(crate) async fn ping() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Whether the process lives.
#[utoipa::path(
    get, path = "/livez", operation_id = "livez", tag = "Health", security(()),
    responses((status = 200, body = HealthOut))
)]
pub(crate) async fn live() -> Answer<HealthOut> {
    ok(WELL)
}

/// Whether requests should be sent here: the store can commit and the server is not stopping.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "Health", security(()),
    responses((status = 200, body = HealthOut), (status = 503, description = "Not now", body = ErrorOut))
)]
pub(crate) async fn ready(State(api): State<ApiState>) -> ApiResult<Answer<HealthOut>> {
    readiness(&api).map(|()| ok(WELL))
}

/// The server's numbers, as Prometheus reads them.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "Health", security(()),
    responses((status = 200, description = "Prometheus text", body = String, content_type = "text/plain; version=0.0.4"))
)]
pub(crate) async fn metrics(State(api): State<ApiState>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (api.metrics)()).into_response()
}
