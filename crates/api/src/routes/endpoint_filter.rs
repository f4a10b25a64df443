//! Filters of endpoints: tried before they are saved, explained for stored messages. An extension of the wire API.

use axum::extract::State;
use bytes::Bytes;
use hooktide_model::Endpoint;
use hooktide_pipeline::SeenRequest;
use hooktide_transform::{Decision, Filter, Subject};
use tokio::sync::Semaphore;

use super::params::{DeliveryPath, EndpointPath, IdempotencyHeader};
use super::stored::{Stored, payload_of};
use super::{endpoint, stored};
use crate::auth::{Access, Need};
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, Json, Path};
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::endpoint_filter::{DecidedBy, ExplainOut, FilterDecisionOut, FilterDryRunIn, Trial};

/// Filters that are explained at the same time; each may take milliseconds of a processor.
const EXPLANATIONS_MAX: usize = 2;

static TURNS: Semaphore = Semaphore::const_new(EXPLANATIONS_MAX);

/// Try a filter on a body or on a stored message. Nothing is saved and nothing is sent.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/filter/dry-run", operation_id = "v1.endpoint.filter.dry-run",
    tag = "Endpoint", params(EndpointPath, IdempotencyHeader), request_body = FilterDryRunIn,
    responses((status = 200, body = FilterDecisionOut), Errors)
)]
pub(crate) async fn dry_run(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    _key: IdempotencyKey,
    Json(body): Json<FilterDryRunIn>,
) -> ApiResult<Answer<FilterDecisionOut>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let app = config.application.id;
    endpoint::find(&api, app, &path.endpoint_id).await?;
    let (filter, trial) = body.checked()?;
    let stored = match &trial {
        Trial::Stored(named) => Some(stored::published(&api, app, named).await?),
        Trial::Given(_) => None,
    };
    tried(filter, trial, stored).await
}

/// What the filter says about what was given, or about the stored message.
pub(super) async fn tried(
    filter: Filter,
    trial: Trial,
    stored: Option<Stored>,
) -> ApiResult<Answer<FilterDecisionOut>> {
    let (payload, event_type, request) = match (trial, stored) {
        (Trial::Given(given), _) => (given.payload, given.event_type, given.request),
        (Trial::Stored(_), Some(Stored { message, request })) => {
            (payload_of(&message)?, Some(message.event_type.as_str().to_owned()), request)
        }
        (Trial::Stored(_), None) => return Err(ApiError::not_found("message")),
    };
    Ok(ok(decide(filter, payload, event_type, request).await?.into()))
}

/// Explain why an endpoint gets a stored message, or does not.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/explain", operation_id = "v1.message.explain",
    tag = "Message", params(DeliveryPath), responses((status = 200, body = ExplainOut), Errors)
)]
pub(crate) async fn explain(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<DeliveryPath>,
) -> ApiResult<Answer<ExplainOut>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let app = config.application.id;
    let stored = stored::published(&api, app, &path.msg_id).await?;
    let row = endpoint::find(&api, app, &path.endpoint_id).await?;
    explained(&api, row, stored).await
}

/// What decided then, and what would decide now.
pub(super) async fn explained(
    api: &ApiState,
    row: Endpoint,
    stored: Stored,
) -> ApiResult<Answer<ExplainOut>> {
    let was_matched = api.store.delivery(stored.message.id, row.id).await?.is_some();
    let (decided_by, filter) = decided(&row, stored).await?;
    let would_match = match decided_by {
        DecidedBy::Subscription => Some(true),
        DecidedBy::PayloadGone => None,
        DecidedBy::Filter => filter.as_ref().map(|decision| decision.passed),
        DecidedBy::Disabled | DecidedBy::EventType | DecidedBy::Channels => Some(false),
    };
    Ok(ok(ExplainOut { was_matched, would_match, decided_by, filter: filter.map(Into::into) }))
}

async fn decided(row: &Endpoint, stored: Stored) -> ApiResult<(DecidedBy, Option<Decision>)> {
    let Stored { message, request } = stored;
    if row.disabled {
        return Ok((DecidedBy::Disabled, None));
    }
    if !row.subscribes_to(&message.event_type, &message.channels) {
        let is_listed = row.event_types.as_ref().is_none_or(|types| types.contains(&message.event_type));
        return Ok((if is_listed { DecidedBy::Channels } else { DecidedBy::EventType }, None));
    }
    let Some(written) = &row.filter else { return Ok((DecidedBy::Subscription, None)) };
    let Some(payload) = message.payload.clone() else { return Ok((DecidedBy::PayloadGone, None)) };
    let filter = Filter::parse(written).map_err(ApiError::internal)?;
    let event_type = Some(message.event_type.as_str().to_owned());
    let decision = decide(filter, payload, event_type, request).await?;
    Ok((DecidedBy::Filter, Some(decision)))
}

/// On a thread that may block, a few at a time.
async fn decide(
    filter: Filter,
    payload: Bytes,
    event_type: Option<String>,
    request: Option<SeenRequest>,
) -> ApiResult<Decision> {
    let _turn = TURNS.acquire().await.map_err(ApiError::internal)?;
    let evaluate = move || {
        let subject = Subject::new(&payload);
        let subject = match &request {
            Some(request) => request.beside(subject),
            None => subject,
        };
        filter.explain(&match &event_type {
            Some(event_type) => subject.event_type(event_type),
            None => subject,
        })
    };
    tokio::task::spawn_blocking(evaluate).await.map_err(ApiError::internal)
}
