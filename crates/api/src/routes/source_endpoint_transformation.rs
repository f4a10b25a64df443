//! Transformations of a source's endpoints: as those of [`super::endpoint_transformation`].

use axum::extract::State;
use hooktide_model::EndpointId;
use http::StatusCode;

use super::endpoint::find;
use super::endpoint_transformation::{change_transformation, simulated};
use super::params::{IdempotencyHeader, SourceEndpointPath};
use super::source_endpoint::owned;
use super::{source, stored};
use crate::auth::OrgAccess;
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, Json, Path};
use crate::openapi::Errors;
use crate::refs::object_ref;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::transformation::{
    TransformationOut, TransformationPatch, TransformationSimulateIn, TransformationSimulateOut, Trial,
};

/// Get an endpoint's transformation; of its variables only the names.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}/transformation",
    operation_id = "v1.ingest.endpoint.transformation.get", tag = "Ingest Endpoint", params(SourceEndpointPath),
    responses((status = 200, body = TransformationOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
) -> ApiResult<Answer<TransformationOut>> {
    let config = owned(&api, &org, &path.source_id).await?;
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    Ok(ok(row.transformation.as_ref().into()))
}

/// Change an endpoint's transformation: a script that changes each event before it is signed and sent there. Code is
/// tried before it is saved.
#[utoipa::path(
    patch, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}/transformation",
    operation_id = "v1.ingest.endpoint.transformation.patch", tag = "Ingest Endpoint", params(SourceEndpointPath),
    request_body = TransformationPatch, responses((status = 204), Errors)
)]
pub(crate) async fn patch(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
    Json(body): Json<TransformationPatch>,
) -> ApiResult<StatusCode> {
    let config = owned(&api, &org, &path.source_id).await?;
    let named = object_ref::<EndpointId>(&path.endpoint_id).ok_or_else(|| ApiError::not_found("endpoint"))?;
    change_transformation(&api, &config.application, &named, &body).await
}

/// Try a script on a payload or a received event. Nothing is saved and nothing is sent. An extension of the wire API.
#[utoipa::path(
    post, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}/transformation/simulate",
    operation_id = "v1.ingest.endpoint.transformation.simulate", tag = "Ingest Endpoint",
    params(SourceEndpointPath, IdempotencyHeader), request_body = TransformationSimulateIn,
    responses((status = 200, body = TransformationSimulateOut), Errors)
)]
pub(crate) async fn simulate(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
    _key: IdempotencyKey,
    Json(body): Json<TransformationSimulateIn>,
) -> ApiResult<Answer<TransformationSimulateOut>> {
    let source = source::find(&api, &org, &path.source_id).await?;
    let row = find(&api, source.app, &path.endpoint_id).await?;
    let checked = body.checked(row.transformation.as_ref())?;
    let stored = match &checked.trial {
        Trial::Stored(named) => Some(stored::received(&api, &source, named).await?),
        Trial::Given { .. } => None,
    };
    simulated(&api, source.app, &row, checked, stored).await
}
