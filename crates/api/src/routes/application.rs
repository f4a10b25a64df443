//! Applications.

use axum::extract::State;
use hooktide_model::{AppId, Application, Order, OrgId};
use hooktide_store::{StoreError, Written};
use http::StatusCode;
use utoipa::IntoParams;

use super::application_made::new_application;
use super::params::{AppPath, IdempotencyHeader, PageQuery};
use crate::auth::{Access, Need, OrgAccess};
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
use crate::wire::application::{ApplicationDraft, ApplicationIn, ApplicationOut, ApplicationPatch};

pub(crate) struct ListQuery(PageParams<AppId>);

impl QueryParams for ListQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self(PageParams::read_id(reader))
    }
}

/// List applications, by default oldest first.
#[utoipa::path(
    get, path = "/api/v1/app", operation_id = "v1.application.list", tag = "Application",
    params(PageQuery), responses((status = 200, body = ListOut<ApplicationOut>), Errors)
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Query(ListQuery(page)): Query<ListQuery>,
) -> ApiResult<Answer<ListOut<ApplicationOut>>> {
    let page = api.store.applications(&org, page.request(Order::Ascending)).await?;
    Ok(ok(ListOut::of(page, |row| row.id.to_string(), ApplicationOut::from)))
}

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CreateQuery {
    /// Answer 200 with the application that has this uid, if there is one, instead of 409.
    #[param(value_type = Option<bool>, default = false)]
    get_if_exists: bool,
}

impl QueryParams for CreateQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self { get_if_exists: reader.bool("get_if_exists").unwrap_or(false) }
    }
}

/// Create an application.
#[utoipa::path(
    post, path = "/api/v1/app", operation_id = "v1.application.create", tag = "Application",
    params(CreateQuery, IdempotencyHeader), request_body = ApplicationIn,
    responses(
        (status = 200, description = "It exists", body = ApplicationOut), (status = 201, body = ApplicationOut), Errors
    )
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Query(query): Query<CreateQuery>,
    key: IdempotencyKey,
    BoundedBody(body): BoundedBody,
) -> ApiResult<Answer<ApplicationOut>> {
    let draft = parse_json::<ApplicationIn>(&body)?.checked()?;
    let wanted = draft.uid.clone().filter(|_| query.get_if_exists).map(hooktide_store::ObjectRef::Uid);
    if let Some(named) = &wanted
        && let Some(found) = api.store.application(&org, named).await?
    {
        return Ok(ok(found.into()));
    }
    let idempotency = bind(&key, &org, "application.create", &[], &body);
    match api.store.insert_application(new_application(&api, &org, draft), idempotency).await {
        Ok(Written::New(row)) => {
            api.pipeline.application_changed(&[&row], std::iter::empty());
            Ok(created(row.into()))
        }
        Ok(Written::Replayed(row)) => Ok(created(row.into())),
        // Somebody else created it between the look and the insert.
        Err(StoreError::Taken(field)) => match &wanted {
            Some(named) => {
                let found = api.store.application(&org, named).await?.ok_or(StoreError::Taken(field))?;
                Ok(ok(found.into()))
            }
            None => Err(StoreError::Taken(field).into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// Get an application.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}", operation_id = "v1.application.get", tag = "Application",
    params(AppPath), responses((status = 200, body = ApplicationOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<AppPath>,
) -> ApiResult<Answer<ApplicationOut>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    Ok(ok(config.application.clone().into()))
}

/// Create an application under the uid in the path, or replace it.
#[utoipa::path(
    put, path = "/api/v1/app/{app_id}", operation_id = "v1.application.upsert", tag = "Application",
    params(AppPath), request_body = ApplicationIn,
    responses((status = 200, body = ApplicationOut), (status = 201, body = ApplicationOut), Errors)
)]
pub(crate) async fn upsert(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<AppPath>,
    Json(body): Json<ApplicationIn>,
) -> ApiResult<Answer<ApplicationOut>> {
    let named = put_ref::<AppId>(&path.app_id, "app_id", "application")?;
    let draft = body.checked()?;
    if api.store.application(&org, &named).await?.is_some() {
        let uid = uid_of_replaced(&named, draft.uid.clone());
        let draft = ApplicationDraft { uid, ..draft };
        let replace = |row: &mut Application| {
            draft.clone().replace(row);
            Ok(())
        };
        return Ok(ok(change::application(&api, &org, &named, replace).await?.into()));
    }
    let uid = uid_of_created(&named, draft.uid.as_ref(), "application")?;
    let row = insert(&api, &org, ApplicationDraft { uid: Some(uid), ..draft }).await?;
    Ok(Answer(StatusCode::CREATED, row.into()))
}

async fn insert(api: &ApiState, org: &OrgId, draft: ApplicationDraft) -> ApiResult<Application> {
    let row = api.store.insert_application(new_application(api, org, draft), None).await?.into_inner();
    api.pipeline.application_changed(&[&row], std::iter::empty());
    Ok(row)
}

/// Change an application: absent keeps, null clears.
#[utoipa::path(
    patch, path = "/api/v1/app/{app_id}", operation_id = "v1.application.patch", tag = "Application",
    params(AppPath), request_body = ApplicationPatch, responses((status = 200, body = ApplicationOut), Errors)
)]
pub(crate) async fn patch(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<AppPath>,
    Json(patch): Json<ApplicationPatch>,
) -> ApiResult<Answer<ApplicationOut>> {
    let named = object_ref::<AppId>(&path.app_id).ok_or_else(|| ApiError::not_found("application"))?;
    let row = change::application(&api, &org, &named, |row| patch.apply(row)).await?;
    Ok(ok(row.into()))
}

/// Delete an application with its endpoints. Its uid becomes free.
#[utoipa::path(
    delete, path = "/api/v1/app/{app_id}", operation_id = "v1.application.delete", tag = "Application",
    params(AppPath), responses((status = 204), Errors)
)]
pub(crate) async fn delete(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<AppPath>,
) -> ApiResult<StatusCode> {
    let config = access.application(&api, &path.app_id, Need::Organisation).await?;
    api.store.delete_application(access.org(), config.application.id).await?;
    let endpoints = config.endpoints.iter().map(|endpoint| endpoint.id.seq());
    api.pipeline.application_changed(&[&config.application], endpoints);
    Ok(StatusCode::NO_CONTENT)
}
