//! A source's endpoints: ordinary endpoints of the application that the source owns.

use std::sync::Arc;

use axum::extract::State;
use hooktide_model::id::TypedId;
use hooktide_model::{Endpoint, EndpointId, Order, OrgId};
use hooktide_pipeline::AppConfig;
use hooktide_store::ObjectRef;
use http::StatusCode;

use super::endpoint::{ListQuery, find, insert, new_secret, replace};
use super::endpoint_target::require_application;
use super::params::{IdempotencyHeader, PageQuery, SourceEndpointPath, SourcePath};
use super::source;
use crate::auth::OrgAccess;
use crate::change;
use crate::error::ApiError;
use crate::extract::{BoundedBody, IdempotencyKey, Json, Path, Query, parse_json};
use crate::idempotency::bind;
use crate::openapi::Errors;
use crate::refs::{object_ref, put_ref, uid_of_created};
use crate::respond::{Answer, ApiResult, created, ok};
use crate::state::ApiState;
use crate::wire::ListOut;
use crate::wire::endpoint::{EndpointDraft, EndpointIn, EndpointOut};
use crate::wire::endpoint_headers::{EndpointHeadersIn, EndpointHeadersOut};
use crate::wire::endpoint_secret::{EndpointSecretOut, EndpointSecretRotateIn, rotate as rotate_secrets};

/// The application that the named source owns.
pub(super) async fn owned(api: &ApiState, org: &OrgId, named: &str) -> ApiResult<Arc<AppConfig>> {
    let source = source::find(api, org, named).await?;
    api.pipeline.source_app(source.app).await?.ok_or_else(|| ApiError::not_found("source"))
}

/// List a source's endpoints, by default newest first.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/endpoint", operation_id = "v1.ingest.endpoint.list",
    tag = "Ingest Endpoint", params(SourcePath, PageQuery), responses((status = 200, body = ListOut<EndpointOut>), Errors)
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourcePath>,
    Query(ListQuery(page)): Query<ListQuery>,
) -> ApiResult<Answer<ListOut<EndpointOut>>> {
    let config = owned(&api, &org, &path.source_id).await?;
    let page = api.store.endpoints(config.application.id, page.request(Order::Descending)).await?;
    Ok(ok(ListOut::of(page, |row| row.id.to_string(), |row| EndpointOut::from(&row))))
}

/// Create an endpoint: where a source's events go. Event types are the provider's and need not be in the catalogue.
#[utoipa::path(
    post, path = "/ingest/api/v1/source/{source_id}/endpoint", operation_id = "v1.ingest.endpoint.create",
    tag = "Ingest Endpoint", params(SourcePath, IdempotencyHeader), request_body = EndpointIn,
    responses((status = 201, body = EndpointOut), Errors)
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourcePath>,
    key: IdempotencyKey,
    BoundedBody(body): BoundedBody,
) -> ApiResult<Answer<EndpointOut>> {
    let config = owned(&api, &org, &path.source_id).await?;
    let draft = parse_json::<EndpointIn>(&body)?.checked(None, &api.destinations)?;
    require_application(&api, &org, draft.target()).await?;
    let app = config.application.id;
    let idempotency = bind(&key, &org, "ingest.endpoint.create", &app.to_bytes(), &body);
    let row = insert(&api, &config.application, draft, idempotency).await?;
    Ok(created((&row).into()))
}

/// Get an endpoint.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}", operation_id = "v1.ingest.endpoint.get",
    tag = "Ingest Endpoint", params(SourceEndpointPath), responses((status = 200, body = EndpointOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
) -> ApiResult<Answer<EndpointOut>> {
    let config = owned(&api, &org, &path.source_id).await?;
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    Ok(ok((&row).into()))
}

/// Create an endpoint under the uid in the path, or replace it. Secrets and headers of an endpoint that exists stay.
#[utoipa::path(
    put, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}",
    operation_id = "v1.ingest.endpoint.upsert", tag = "Ingest Endpoint", params(SourceEndpointPath),
    request_body = EndpointIn, responses((status = 200, body = EndpointOut), Errors)
)]
pub(crate) async fn upsert(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
    Json(body): Json<EndpointIn>,
) -> ApiResult<Answer<EndpointOut>> {
    let config = owned(&api, &org, &path.source_id).await?;
    let owner = &config.application;
    let named = put_ref::<EndpointId>(&path.endpoint_id, "endpoint_id", "endpoint")?;
    let stored = api.store.endpoint(owner.id, &named).await?;
    let draft = body.checked(stored.as_ref(), &api.destinations)?;
    require_application(&api, &org, draft.target()).await?;
    let row = if stored.is_some() {
        replace(&api, owner, &named, draft).await?
    } else {
        let uid = uid_of_created(&named, draft.uid.as_ref(), "endpoint")?;
        insert(&api, owner, EndpointDraft { uid: Some(uid), ..draft }, None).await?
    };
    Ok(ok((&row).into()))
}

/// Delete an endpoint. Its uid becomes free; what waits for it is not sent.
#[utoipa::path(
    delete, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}",
    operation_id = "v1.ingest.endpoint.delete", tag = "Ingest Endpoint", params(SourceEndpointPath),
    responses((status = 204), Errors)
)]
pub(crate) async fn delete(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
) -> ApiResult<StatusCode> {
    let config = owned(&api, &org, &path.source_id).await?;
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    api.store.delete_endpoint(config.application.id, row.id).await?;
    api.pipeline.endpoint_changed(&config.application, row.id.seq());
    Ok(StatusCode::NO_CONTENT)
}

/// Get an endpoint's headers; of sensitive ones only the names.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}/headers",
    operation_id = "v1.ingest.endpoint.get-headers", tag = "Ingest Endpoint", params(SourceEndpointPath),
    responses((status = 200, body = EndpointHeadersOut), Errors)
)]
pub(crate) async fn get_headers(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
) -> ApiResult<Answer<EndpointHeadersOut>> {
    let config = owned(&api, &org, &path.source_id).await?;
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    Ok(ok(EndpointHeadersOut::of(&row.headers)))
}

/// Replace an endpoint's headers.
#[utoipa::path(
    put, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}/headers",
    operation_id = "v1.ingest.endpoint.set-headers", tag = "Ingest Endpoint", params(SourceEndpointPath),
    request_body = EndpointHeadersIn, responses((status = 204), Errors)
)]
pub(crate) async fn set_headers(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
    Json(body): Json<EndpointHeadersIn>,
) -> ApiResult<StatusCode> {
    let headers = body.checked()?;
    let config = owned(&api, &org, &path.source_id).await?;
    let missing = || ApiError::not_found("endpoint");
    let named = object_ref::<EndpointId>(&path.endpoint_id).ok_or_else(missing)?;
    let set = |row: &mut Endpoint| {
        row.headers.clone_from(&headers);
        Ok(())
    };
    change::endpoint(&api, &config.application, &named, None, set).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get what a receiver verifies with: the secret, or the public key when the endpoint signs with Ed25519.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}/secret",
    operation_id = "v1.ingest.endpoint.get-secret", tag = "Ingest Endpoint", params(SourceEndpointPath),
    responses((status = 200, body = EndpointSecretOut), Errors)
)]
pub(crate) async fn get_secret(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
) -> ApiResult<Answer<EndpointSecretOut>> {
    let config = owned(&api, &org, &path.source_id).await?;
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    Ok(ok(EndpointSecretOut::of(&row)?))
}

/// Sign with a new secret; the old one signs too until its grace period is over.
#[utoipa::path(
    post, path = "/ingest/api/v1/source/{source_id}/endpoint/{endpoint_id}/secret/rotate",
    operation_id = "v1.ingest.endpoint.rotate-secret", tag = "Ingest Endpoint",
    params(SourceEndpointPath, IdempotencyHeader), request_body = EndpointSecretRotateIn,
    responses((status = 204), Errors)
)]
pub(crate) async fn rotate_secret(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourceEndpointPath>,
    key: IdempotencyKey,
    BoundedBody(body): BoundedBody,
) -> ApiResult<StatusCode> {
    let config = owned(&api, &org, &path.source_id).await?;
    let input = if body.is_empty() { EndpointSecretRotateIn::default() } else { parse_json(&body)? };
    let (secret, grace) = input.checked()?;
    let id = find(&api, config.application.id, &path.endpoint_id).await?.id;
    let idempotency = bind(&key, &org, "ingest.endpoint.rotate-secret", &id.to_bytes(), &body);
    let secret = secret.unwrap_or_else(|| new_secret(&api));
    let now = api.clock.now();
    let apply = |row: &mut _| rotate_secrets(row, secret.clone(), grace, now);
    change::endpoint(&api, &config.application, &ObjectRef::Id(id), idempotency, apply).await?;
    Ok(StatusCode::NO_CONTENT)
}
