//! An endpoint's signing secret.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hooktide_model::id::TypedId;
use hooktide_store::ObjectRef;
use http::{HeaderMap, StatusCode};

use super::endpoint::{find, new_secret};
use super::params::{EndpointPath, IdempotencyHeader};
use crate::auth::{Access, Capability, Need};
use crate::change;
use crate::extract::{BoundedBody, IdempotencyKey, Path, parse_json};
use crate::idempotency::bind;
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::endpoint_secret::{EndpointSecretOut, EndpointSecretRotateIn, rotate as rotate_secrets};

/// Get what a receiver verifies with: the secret, or the public key when the endpoint signs with Ed25519.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret", operation_id = "v1.endpoint.get-secret",
    tag = "Endpoint", params(EndpointPath), responses((status = 200, body = EndpointSecretOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
) -> ApiResult<Answer<EndpointSecretOut>> {
    let need = Need::Capability(Capability::ViewEndpointSecret);
    let config = access.application(&api, &path.app_id, need).await?;
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    Ok(ok(EndpointSecretOut::of(&row)?))
}

/// How the second generation of client libraries names itself: it reads the new secret from the answer, while the
/// wire API's document, and everybody else, knows an empty one.
const READS_THE_ANSWER: &str = "svix-libs/2.";

/// Sign with a new secret; the old one signs too until its grace period is over.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret/rotate", operation_id = "v1.endpoint.rotate-secret",
    tag = "Endpoint", params(EndpointPath, IdempotencyHeader), request_body = EndpointSecretRotateIn,
    responses((status = 204), (status = 200, body = EndpointSecretOut), Errors)
)]
pub(crate) async fn rotate(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    key: IdempotencyKey,
    headers: HeaderMap,
    BoundedBody(body): BoundedBody,
) -> ApiResult<Response> {
    let need = Need::Capability(Capability::ManageEndpointSecret);
    let config = access.application(&api, &path.app_id, need).await?;
    let input = if body.is_empty() { EndpointSecretRotateIn::default() } else { parse_json(&body)? };
    let (secret, grace) = input.checked()?;
    let id = find(&api, config.application.id, &path.endpoint_id).await?.id;
    let idempotency = bind(&key, access.org(), "endpoint.rotate-secret", &id.to_bytes(), &body);
    let secret = secret.unwrap_or_else(|| new_secret(&api));
    let now = api.clock.now();
    let apply = |row: &mut _| rotate_secrets(row, secret.clone(), grace, now);
    let row = change::endpoint(&api, &config.application, &ObjectRef::Id(id), idempotency, apply).await?;
    let agent =
        headers.get(http::header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    Ok(if agent.starts_with(READS_THE_ANSWER) {
        ok(EndpointSecretOut::of(&row)?).into_response()
    } else {
        StatusCode::NO_CONTENT.into_response()
    })
}
