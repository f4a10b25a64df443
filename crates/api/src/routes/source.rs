//! Sources: doors for providers' webhooks.

use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hooktide_model::id::TypedId;
use hooktide_model::{AppId, Order, OrgId, Source, SourceId, SourceToken};
use hooktide_store::{Idempotency, ObjectRef, Written};
use http::StatusCode;

use super::params::{IdempotencyHeader, PageQuery, SourcePath};
use crate::auth::OrgAccess;
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
use crate::wire::source::{RotateTokenOut, SourceDraft, SourceIn, SourceOut, SourcePatch, ingest_url};

/// Random bytes of a token: nobody guesses it.
const TOKEN_BYTES: usize = 24;

pub(crate) struct ListQuery(PageParams<SourceId>);

impl QueryParams for ListQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self(PageParams::read_id(reader))
    }
}

/// The source that the path names.
pub(super) async fn find(api: &ApiState, org: &OrgId, named: &str) -> ApiResult<Source> {
    let missing = || ApiError::not_found("source");
    let named = object_ref::<SourceId>(named).ok_or_else(missing)?;
    api.store.source(org, &named).await?.ok_or_else(missing)
}

fn out(api: &ApiState, row: Source) -> SourceOut {
    let feed = api.pipeline.feed_state(row.id);
    let put_off = api.pipeline.put_off(row.id);
    SourceOut::of(row, &api.receive.public_url, feed, put_off)
}

/// List sources, by default oldest first.
#[utoipa::path(
    get, path = "/ingest/api/v1/source", operation_id = "v1.ingest.source.list", tag = "Ingest Source",
    params(PageQuery), responses((status = 200, body = ListOut<SourceOut>), Errors)
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Query(ListQuery(page)): Query<ListQuery>,
) -> ApiResult<Answer<ListOut<SourceOut>>> {
    let page = api.store.sources(&org, page.request(Order::Ascending)).await?;
    Ok(ok(ListOut::of(page, |row| row.id.to_string(), |row| out(&api, row))))
}

/// Create a source.
#[utoipa::path(
    post, path = "/ingest/api/v1/source", operation_id = "v1.ingest.source.create", tag = "Ingest Source",
    params(IdempotencyHeader), request_body = SourceIn, responses((status = 201, body = SourceOut), Errors)
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    key: IdempotencyKey,
    BoundedBody(body): BoundedBody,
) -> ApiResult<Answer<SourceOut>> {
    let draft = parse_json::<SourceIn>(&body)?.checked(None, &api.destinations)?;
    let idempotency = bind(&key, &org, "source.create", &[], &body);
    let row = insert(&api, &org, draft, idempotency).await?;
    Ok(created(out(&api, row)))
}

async fn insert(
    api: &ApiState,
    org: &OrgId,
    draft: SourceDraft,
    idempotency: Option<Idempotency>,
) -> ApiResult<Source> {
    let (app, _) = api.new_id::<AppId>();
    let (id, now) = api.new_id();
    let row = Source {
        id,
        org: org.clone(),
        app,
        uid: draft.uid,
        name: draft.name,
        provider: draft.provider,
        token: new_token(api),
        secrets: draft.secrets.unwrap_or_default(),
        settings: draft.settings,
        feed: draft.feed,
        metadata: draft.metadata,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    match api.store.insert_source(row, idempotency).await? {
        Written::New(row) => {
            api.pipeline.source_changed(&[&row]);
            Ok(row)
        }
        Written::Replayed(row) => Ok(row),
    }
}

fn new_token(api: &ApiState) -> SourceToken {
    let mut bytes = [0; TOKEN_BYTES];
    (api.random)(&mut bytes);
    SourceToken::new(URL_SAFE_NO_PAD.encode(bytes))
}

/// Get a source.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}", operation_id = "v1.ingest.source.get", tag = "Ingest Source",
    params(SourcePath), responses((status = 200, body = SourceOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourcePath>,
) -> ApiResult<Answer<SourceOut>> {
    let row = find(&api, &org, &path.source_id).await?;
    Ok(ok(out(&api, row)))
}

/// Create a source under the uid in the path, or replace it. The URL of a source that exists stays.
#[utoipa::path(
    put, path = "/ingest/api/v1/source/{source_id}", operation_id = "v1.ingest.source.upsert", tag = "Ingest Source",
    params(SourcePath), request_body = SourceIn,
    responses((status = 200, body = SourceOut), (status = 201, body = SourceOut), Errors)
)]
pub(crate) async fn upsert(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourcePath>,
    Json(body): Json<SourceIn>,
) -> ApiResult<Answer<SourceOut>> {
    let named = put_ref::<SourceId>(&path.source_id, "source_id", "source")?;
    if api.store.source(&org, &named).await?.is_some() {
        let replace = |row: &mut Source| {
            let draft = body.clone().checked(Some(row), &api.destinations)?;
            let uid = uid_of_replaced(&named, draft.uid.clone());
            SourceDraft { uid, ..draft }.replace(row);
            Ok(())
        };
        let row = change::source(&api, &org, &named, None, replace).await?;
        return Ok(ok(out(&api, row)));
    }
    let draft = body.checked(None, &api.destinations)?;
    let uid = uid_of_created(&named, draft.uid.as_ref(), "source")?;
    let row = insert(&api, &org, SourceDraft { uid: Some(uid), ..draft }, None).await?;
    Ok(created(out(&api, row)))
}

/// Change a source: absent keeps, null clears.
#[utoipa::path(
    patch, path = "/ingest/api/v1/source/{source_id}", operation_id = "v1.ingest.source.patch", tag = "Ingest Source",
    params(SourcePath), request_body = SourcePatch, responses((status = 200, body = SourceOut), Errors)
)]
pub(crate) async fn patch(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourcePath>,
    Json(patch): Json<SourcePatch>,
) -> ApiResult<Answer<SourceOut>> {
    let named = object_ref::<SourceId>(&path.source_id).ok_or_else(|| ApiError::not_found("source"))?;
    let row = change::source(&api, &org, &named, None, |row| patch.apply(row)).await?;
    Ok(ok(out(&api, row)))
}

/// Delete a source with its endpoints. Its URL is gone for good.
#[utoipa::path(
    delete, path = "/ingest/api/v1/source/{source_id}", operation_id = "v1.ingest.source.delete", tag = "Ingest Source",
    params(SourcePath), responses((status = 204), Errors)
)]
pub(crate) async fn delete(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourcePath>,
) -> ApiResult<StatusCode> {
    let row = find(&api, &org, &path.source_id).await?;
    let owned = api.pipeline.source_app(row.app).await?;
    api.store.delete_source(&org, row.id).await?;
    api.pipeline.source_changed(&[&row]);
    if let Some(owned) = owned {
        let endpoints = owned.endpoints.iter().map(|endpoint| endpoint.id.seq());
        api.pipeline.application_changed(&[&owned.application], endpoints);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Give the source another URL. The old one is gone at once.
#[utoipa::path(
    post, path = "/ingest/api/v1/source/{source_id}/token/rotate", operation_id = "v1.ingest.source.rotate-token",
    tag = "Ingest Source", params(SourcePath, IdempotencyHeader), responses((status = 200, body = RotateTokenOut), Errors)
)]
pub(crate) async fn rotate_token(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourcePath>,
    key: IdempotencyKey,
) -> ApiResult<Answer<RotateTokenOut>> {
    let row = find(&api, &org, &path.source_id).await?;
    if row.feed.is_some() {
        return Err(ApiError::conflict("no_url", "this source fetches its events and has no URL"));
    }
    let id = row.id;
    let idempotency = bind(&key, &org, "source.rotate-token", &id.to_bytes(), &[]);
    let token = new_token(&api);
    let rotate = |row: &mut Source| {
        row.token = token.clone();
        Ok(())
    };
    let row = change::source(&api, &org, &ObjectRef::Id(id), idempotency, rotate).await?;
    Ok(ok(RotateTokenOut { ingest_url: ingest_url(&api.receive.public_url, &row) }))
}
