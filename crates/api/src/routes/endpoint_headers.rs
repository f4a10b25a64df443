//! An endpoint's own headers.

use axum::extract::State;
use hooktide_model::{Endpoint, EndpointId};
use http::StatusCode;

use super::endpoint::find;
use super::params::EndpointPath;
use crate::auth::{Access, Need};
use crate::change;
use crate::error::ApiError;
use crate::extract::{Json, Path};
use crate::openapi::Errors;
use crate::refs::object_ref;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::endpoint_headers::{EndpointHeadersIn, EndpointHeadersOut, EndpointHeadersPatchIn};

/// Get an endpoint's headers; of sensitive ones only the names.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers", operation_id = "v1.endpoint.get-headers",
    tag = "Endpoint", params(EndpointPath), responses((status = 200, body = EndpointHeadersOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
) -> ApiResult<Answer<EndpointHeadersOut>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    Ok(ok(EndpointHeadersOut::of(&row.headers)))
}

/// Replace an endpoint's headers.
#[utoipa::path(
    put, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers", operation_id = "v1.endpoint.set-headers",
    tag = "Endpoint", params(EndpointPath), request_body = EndpointHeadersIn, responses((status = 204), Errors)
)]
pub(crate) async fn set(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    Json(body): Json<EndpointHeadersIn>,
) -> ApiResult<StatusCode> {
    let headers = body.checked()?;
    let set = |row: &mut Endpoint| {
        row.headers.clone_from(&headers);
        Ok(())
    };
    change_headers(&api, &access, &path, set).await
}

/// Set some of an endpoint's headers and remove others.
#[utoipa::path(
    patch, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers", operation_id = "v1.endpoint.patch-headers",
    tag = "Endpoint", params(EndpointPath), request_body = EndpointHeadersPatchIn, responses((status = 204), Errors)
)]
pub(crate) async fn patch(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    Json(body): Json<EndpointHeadersPatchIn>,
) -> ApiResult<StatusCode> {
    change_headers(&api, &access, &path, |row| body.apply(&mut row.headers)).await
}

async fn change_headers(
    api: &ApiState,
    access: &Access,
    path: &EndpointPath,
    apply: impl Fn(&mut Endpoint) -> ApiResult<()> + Send + Sync,
) -> ApiResult<StatusCode> {
    let config = access.application(api, &path.app_id, Need::MANAGE_ENDPOINT).await?;
    let named = object_ref::<EndpointId>(&path.endpoint_id).ok_or_else(|| ApiError::not_found("endpoint"))?;
    change::endpoint(api, &config.application, &named, None, apply).await?;
    Ok(StatusCode::NO_CONTENT)
}
