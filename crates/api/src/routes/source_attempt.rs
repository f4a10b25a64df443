//! What became of a source's events: the attempts at its endpoints, of one endpoint or of one received request.

use axum::extract::State;

use super::attempt_list::{
    ByEndpointQuery, EndingQuery, ListQuery, Listed, WithMessageQuery, of_endpoint, of_message,
};
use super::params::{
    ContentQuery, LabelQuery, PageQuery, ReceiptPath, SourceEndpointPath, StatusQuery, WindowQuery,
};
use super::receipt;
use super::source_endpoint::owned;
use crate::auth::OrgAccess;
use crate::error::ApiError;
use crate::extract::{Path, Query};
use crate::openapi::Errors;
use crate::state::ApiState;
use crate::wire::ListOut;
use crate::wire::attempt::MessageAttemptOut;

/// List the attempts at a source's endpoint, by default newest first.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}/attempt",
    operation_id = "v1.ingest.attempt.list-by-endpoint", tag = "Ingest Endpoint",
    params(SourceEndpointPath, PageQuery, WindowQuery, LabelQuery, EndingQuery, ContentQuery, StatusQuery,
        WithMessageQuery),
    responses((status = 200, body = ListOut<MessageAttemptOut>), Errors)
)]
pub(crate) async fn by_endpoint(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
    Query(query): Query<ListQuery>,
) -> Listed {
    let config = owned(&api, &org, &path.source_id).await?;
    of_endpoint(&api, config.application.id, &path.endpoint_id, query).await
}

/// List the attempts of what a received request became, over all endpoints, by default newest first. One that was
/// refused has none.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/receipt/{receipt_id}/attempt",
    operation_id = "v1.ingest.attempt.list-by-receipt", tag = "Ingest Receipt",
    params(ReceiptPath, PageQuery, WindowQuery, LabelQuery, EndingQuery, ContentQuery, StatusQuery, WithMessageQuery,
        ByEndpointQuery),
    responses((status = 200, body = ListOut<MessageAttemptOut>), Errors)
)]
pub(crate) async fn by_receipt(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<ReceiptPath>,
    Query(query): Query<ListQuery>,
) -> Listed {
    let (source, receipt) = receipt::find(&api, &org, &path).await?;
    let message = receipt.message.ok_or_else(|| ApiError::not_found("message"))?;
    of_message(&api, source.app, &message.to_string(), None, query).await
}
