//! Single attempts: reading, erasing, and asking for another one.

use axum::extract::State;
use hooktide_model::id::TypedId;
use hooktide_model::{AppId, Attempt};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::params::{AttemptPath, DeliveryPath, IdempotencyHeader, StatusQuery};
use super::{endpoint, message};
use crate::auth::{Access, Capability, Need};
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, Path, Query};
use crate::idempotency::bind;
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, accepted, ok};
use crate::state::ApiState;
use crate::wire::attempt::{AttemptView, MessageAttemptOut};

async fn find(api: &ApiState, app: AppId, path: &AttemptPath) -> ApiResult<Attempt> {
    let missing = || ApiError::not_found("attempt");
    let id = path.attempt_id.parse().map_err(|_| missing())?;
    let message = message::find(api, app, &path.msg_id, false).await?;
    api.store.attempt(message.id, id).await?.ok_or_else(missing)
}

/// Get an attempt.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}", operation_id = "v1.message-attempt.get",
    tag = "Message Attempt", params(AttemptPath, StatusQuery), responses((status = 200, body = MessageAttemptOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<AttemptPath>,
    Query(query): Query<StatusQuery>,
) -> ApiResult<Answer<MessageAttemptOut>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let row = find(&api, config.application.id, &path).await?;
    let view = AttemptView { with_content: true, expanded_statuses: query.expanded_statuses };
    Ok(ok(MessageAttemptOut::of(row, view)))
}

/// Erase an attempt's response.
#[utoipa::path(
    delete, path = "/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}/content",
    operation_id = "v1.message-attempt.expunge-content", tag = "Message Attempt", params(AttemptPath),
    responses((status = 204), Errors)
)]
pub(crate) async fn expunge_content(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<AttemptPath>,
) -> ApiResult<StatusCode> {
    let config = access.application(&api, &path.app_id, Need::Organisation).await?;
    let row = find(&api, config.application.id, &path).await?;
    api.store.expunge_response(row.message, row.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Nothing more to say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmptyResponse {}

/// Send a message to an endpoint once more: one attempt, no retries.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/resend",
    operation_id = "v1.message-attempt.resend", tag = "Message Attempt", params(DeliveryPath, IdempotencyHeader),
    responses((status = 202, body = EmptyResponse), Errors)
)]
pub(crate) async fn resend(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<DeliveryPath>,
    key: IdempotencyKey,
) -> ApiResult<Answer<EmptyResponse>> {
    let need = Need::Capability(Capability::CreateAttempts);
    let config = access.application(&api, &path.app_id, need).await?;
    let app = config.application.id;
    let message = message::find(&api, app, &path.msg_id, false).await?.id;
    let endpoint = endpoint::find(&api, app, &path.endpoint_id).await?.id;
    let delivery = [message.to_bytes(), endpoint.to_bytes()].concat();
    let idempotency = bind(&key, access.org(), "message-attempt.resend", &delivery, &[]);
    api.pipeline.resend(&config, message, endpoint, idempotency).await?;
    Ok(accepted(EmptyResponse {}))
}
