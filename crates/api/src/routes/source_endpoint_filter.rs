//! Filters of a source's endpoints, tried and explained: as those of [`super::endpoint_filter`], over headers, query and
//! path of what was received too.

use axum::extract::State;

use super::endpoint::find;
use super::endpoint_filter::{explained, tried};
use super::params::{IdempotencyHeader, ReceiptDeliveryPath, SourceEndpointPath};
use super::{source, stored};
use crate::auth::OrgAccess;
use crate::extract::{IdempotencyKey, Json, Path};
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult};
use crate::state::ApiState;
use crate::wire::endpoint_filter::{ExplainOut, FilterDecisionOut, FilterDryRunIn, Trial};

/// Try a filter on a request or on a received event. Nothing is saved and nothing is sent.
#[utoipa::path(
    post, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}/filter/dry-run",
    operation_id = "v1.ingest.endpoint.filter.dry-run", tag = "Ingest Endpoint",
    params(SourceEndpointPath, IdempotencyHeader), request_body = FilterDryRunIn,
    responses((status = 200, body = FilterDecisionOut), Errors)
)]
pub(crate) async fn dry_run(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
    _key: IdempotencyKey,
    Json(body): Json<FilterDryRunIn>,
) -> ApiResult<Answer<FilterDecisionOut>> {
    let source = source::find(&api, &org, &path.source_id).await?;
    find(&api, source.app, &path.endpoint_id).await?;
    let (filter, trial) = body.checked()?;
    let stored = match &trial {
        Trial::Stored(named) => Some(stored::received(&api, &source, named).await?),
        Trial::Given(_) => None,
    };
    tried(filter, trial, stored).await
}

/// Explain why an endpoint gets a received event, or does not.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/receipt/{receipt_id}/endpoint/{endpoint_id}/explain",
    operation_id = "v1.ingest.receipt.explain", tag = "Ingest Receipt", params(ReceiptDeliveryPath),
    responses((status = 200, body = ExplainOut), Errors)
)]
pub(crate) async fn explain(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<ReceiptDeliveryPath>,
) -> ApiResult<Answer<ExplainOut>> {
    let source = source::find(&api, &org, &path.source_id).await?;
    let stored = stored::received(&api, &source, &path.receipt_id).await?;
    let row = find(&api, source.app, &path.endpoint_id).await?;
    explained(&api, row, stored).await
}
