//! Endpoints.

use axum::extract::State;
use hooktide_model::{AppId, Application, Endpoint, EndpointId, EndpointSecret, EventTypeName, Order};
use hooktide_store::{Idempotency, ObjectRef, Written};
use hooktide_verify::SigningKey;
use http::StatusCode;

use super::endpoint_target::require_target;
use super::event_type_seen::require_event_types;
use super::params::{AppPath, EndpointPath, IdempotencyHeader, PageQuery};
use crate::auth::{Access, Need};
use crate::change;
use crate::error::ApiError;
use crate::extract::{
    BoundedBody, IdempotencyKey, Json, PageParams, Path, Query, QueryParams, QueryReader, parse_json,
};
use crate::idempotency::bind;
use crate::openapi::Errors;
use crate::refs::{object_ref, put_ref, uid_of_created, uid_of_replaced};
use crate::respond::{Answer, ApiResult, created, ok};
use crate::state::ApiState;
use crate::wire::ListOut;
use crate::wire::endpoint::{EndpointDraft, EndpointIn, EndpointOut, EndpointPatch};

pub(crate) struct ListQuery(pub(super) PageParams<EndpointId>);

impl QueryParams for ListQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self(PageParams::read_id(reader))
    }
}

/// The endpoint that the path names.
pub(super) async fn find(api: &ApiState, app: AppId, named: &str) -> ApiResult<Endpoint> {
    let missing = || ApiError::not_found("endpoint");
    let named = object_ref::<EndpointId>(named).ok_or_else(missing)?;
    api.store.endpoint(app, &named).await?.ok_or_else(missing)
}

/// List an application's endpoints, by default newest first.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/endpoint", operation_id = "v1.endpoint.list", tag = "Endpoint",
    params(AppPath, PageQuery), responses((status = 200, body = ListOut<EndpointOut>), Errors)
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<AppPath>,
    Query(ListQuery(page)): Query<ListQuery>,
) -> ApiResult<Answer<ListOut<EndpointOut>>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let page = api.store.endpoints(config.application.id, page.request(Order::Descending)).await?;
    Ok(ok(ListOut::of(page, |row| row.id.to_string(), |row| EndpointOut::from(&row))))
}

/// Create an endpoint.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/endpoint", operation_id = "v1.endpoint.create", tag = "Endpoint",
    params(AppPath, IdempotencyHeader), request_body = EndpointIn, responses((status = 201, body = EndpointOut), Errors)
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<AppPath>,
    key: IdempotencyKey,
    BoundedBody(body): BoundedBody,
) -> ApiResult<Answer<EndpointOut>> {
    let config = access.application(&api, &path.app_id, Need::MANAGE_ENDPOINT).await?;
    let draft = parse_json::<EndpointIn>(&body)?.checked(None, &api.destinations)?;
    require_target(&api, &access, draft.target()).await?;
    require_event_types(&api, &access, draft.event_types.as_deref()).await?;
    let app = config.application.id;
    let idempotency =
        bind(&key, access.org(), "endpoint.create", &hooktide_model::id::TypedId::to_bytes(app), &body);
    let row = insert(&api, &config.application, draft, idempotency).await?;
    Ok(created((&row).into()))
}

pub(super) async fn insert(
    api: &ApiState,
    owner: &Application,
    draft: EndpointDraft,
    idempotency: Option<Idempotency>,
) -> ApiResult<Endpoint> {
    let row = new_endpoint(api, owner.id, draft);
    match api.store.insert_endpoint(row, idempotency).await? {
        Written::New(row) => {
            api.pipeline.endpoint_changed(owner, row.id.seq());
            Ok(row)
        }
        Written::Replayed(row) => Ok(row),
    }
}

fn new_endpoint(api: &ApiState, app: AppId, draft: EndpointDraft) -> Endpoint {
    let (id, now) = api.new_id();
    let secret = draft.secret.unwrap_or_else(|| new_secret(api));
    Endpoint {
        id,
        app,
        uid: draft.uid,
        url: draft.url,
        destination: draft.destination,
        description: draft.description,
        throttle_rate: draft.throttle_rate,
        ordering_key: draft.ordering_key,
        disabled: draft.disabled,
        event_types: draft.event_types,
        channels: draft.channels,
        filter: draft.filter,
        transformation: None,
        metadata: draft.metadata,
        headers: draft.headers,
        secrets: vec![EndpointSecret { secret, expires_at: None }],
        failing_since: None,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// A signing secret of the server's usual kind.
pub(super) fn new_secret(api: &ApiState) -> String {
    SigningKey::generate(api.signature_kind, |buffer| (api.random)(buffer)).to_secret().to_string()
}

/// Get an endpoint.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}", operation_id = "v1.endpoint.get", tag = "Endpoint",
    params(EndpointPath), responses((status = 200, body = EndpointOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
) -> ApiResult<Answer<EndpointOut>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    Ok(ok((&row).into()))
}

/// Create an endpoint under the uid in the path, or replace it. Secrets and headers of an endpoint that exists stay.
#[utoipa::path(
    put, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}", operation_id = "v1.endpoint.upsert", tag = "Endpoint",
    params(EndpointPath), request_body = EndpointIn,
    responses((status = 200, body = EndpointOut), (status = 201, body = EndpointOut), Errors)
)]
pub(crate) async fn upsert(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    Json(body): Json<EndpointIn>,
) -> ApiResult<Answer<EndpointOut>> {
    let config = access.application(&api, &path.app_id, Need::MANAGE_ENDPOINT).await?;
    let owner = &config.application;
    let named = put_ref::<EndpointId>(&path.endpoint_id, "endpoint_id", "endpoint")?;
    let stored = api.store.endpoint(owner.id, &named).await?;
    let draft = body.checked(stored.as_ref(), &api.destinations)?;
    require_target(&api, &access, draft.target()).await?;
    require_event_types(&api, &access, draft.event_types.as_deref()).await?;
    if stored.is_some() {
        let row = replace(&api, owner, &named, draft).await?;
        return Ok(ok((&row).into()));
    }
    let uid = uid_of_created(&named, draft.uid.as_ref(), "endpoint")?;
    let row = insert(&api, owner, EndpointDraft { uid: Some(uid), ..draft }, None).await?;
    Ok(created((&row).into()))
}

pub(super) async fn replace(
    api: &ApiState,
    owner: &Application,
    named: &ObjectRef<EndpointId>,
    draft: EndpointDraft,
) -> ApiResult<Endpoint> {
    let uid = uid_of_replaced(named, draft.uid.clone());
    let draft = EndpointDraft { uid, ..draft };
    let replace = |row: &mut Endpoint| {
        draft.clone().replace(row);
        Ok(())
    };
    change::endpoint(api, owner, named, None, replace).await
}

/// Change an endpoint: absent keeps, null clears.
#[utoipa::path(
    patch, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}", operation_id = "v1.endpoint.patch", tag = "Endpoint",
    params(EndpointPath), request_body = EndpointPatch, responses((status = 200, body = EndpointOut), Errors)
)]
pub(crate) async fn patch(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    Json(patch): Json<EndpointPatch>,
) -> ApiResult<Answer<EndpointOut>> {
    let config = access.application(&api, &path.app_id, Need::MANAGE_ENDPOINT).await?;
    let named = object_ref::<EndpointId>(&path.endpoint_id).ok_or_else(|| ApiError::not_found("endpoint"))?;
    require_target(&api, &access, patch.target()).await?;
    let sent = patch.sent_event_types();
    // A name outside the grammar is `apply`'s to refuse.
    let names =
        sent.value().and_then(|names| names.iter().map(|name| EventTypeName::parse(name).ok()).collect());
    let names: Option<Vec<EventTypeName>> = names;
    require_event_types(&api, &access, names.as_deref()).await?;
    let apply = |row: &mut Endpoint| patch.apply(row, &api.destinations);
    let row = change::endpoint(&api, &config.application, &named, None, apply).await?;
    Ok(ok((&row).into()))
}

/// Delete an endpoint. Its uid becomes free; what waits for it is not sent.
#[utoipa::path(
    delete, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}", operation_id = "v1.endpoint.delete", tag = "Endpoint",
    params(EndpointPath), responses((status = 204), Errors)
)]
pub(crate) async fn delete(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
) -> ApiResult<StatusCode> {
    let config = access.application(&api, &path.app_id, Need::MANAGE_ENDPOINT).await?;
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    api.store.delete_endpoint(config.application.id, row.id).await?;
    api.pipeline.endpoint_changed(&config.application, row.id.seq());
    Ok(StatusCode::NO_CONTENT)
}
