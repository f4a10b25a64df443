//! Event types.

use axum::extract::State;
use hooktide_model::{EventType, EventTypeName, Order, OrgId};
use hooktide_store::{StoreError, Written};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::event_type_seen;
use super::params::{IdempotencyHeader, PageQuery};
use crate::auth::{Access, OrgAccess};
use crate::change;
use crate::error::{ApiError, FieldError, VALUE_ERROR};
use crate::extract::{
    BoundedBody, IdempotencyKey, Json, PageParams, Path, Query, QueryParams, QueryReader, parse_json,
};
use crate::idempotency::bind;
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, created, ok};
use crate::state::ApiState;
use crate::validate::Rules;
use crate::wire::ListOut;
use crate::wire::event_type::{EventTypeDraft, EventTypeIn, EventTypeOut, EventTypePatch, EventTypeUpsertIn};

/// `/event-type/{event_type_name}`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct NamePath {
    /// The event type's name.
    event_type_name: String,
}

impl NamePath {
    fn name(&self) -> ApiResult<EventTypeName> {
        EventTypeName::parse(&self.event_type_name).map_err(|_| ApiError::not_found("event type"))
    }
}

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ContentQuery {
    /// Whether archived ones are listed, too.
    #[param(value_type = Option<bool>, default = false)]
    include_archived: bool,
    /// Whether schemas are shown.
    #[param(value_type = Option<bool>, default = false)]
    with_content: bool,
}

pub(crate) struct ListQuery {
    page: PageParams<EventTypeName>,
    content: ContentQuery,
}

impl QueryParams for ListQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        let content = ContentQuery {
            include_archived: reader.bool("include_archived").unwrap_or(false),
            with_content: reader.bool("with_content").unwrap_or(false),
        };
        Self { page: PageParams::read(reader, EventTypeName::parse), content }
    }
}

/// List event types, by default by name.
#[utoipa::path(
    get, path = "/api/v1/event-type", operation_id = "v1.event-type.list", tag = "Event Type",
    params(PageQuery, ContentQuery), responses((status = 200, body = ListOut<EventTypeOut>), Errors)
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    access: Access,
    Query(query): Query<ListQuery>,
) -> ApiResult<Answer<ListOut<EventTypeOut>>> {
    let request = query.page.request(Order::Ascending);
    let page = event_type_seen::page(&api, &access, query.content.include_archived, request).await?;
    let show = |row| EventTypeOut::of(row, query.content.with_content);
    Ok(ok(ListOut::of(page, |row| row.name.as_str().to_owned(), show)))
}

/// Create an event type, or bring an archived one back with new content.
#[utoipa::path(
    post, path = "/api/v1/event-type", operation_id = "v1.event-type.create", tag = "Event Type",
    params(IdempotencyHeader), request_body = EventTypeIn, responses((status = 201, body = EventTypeOut), Errors)
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    key: IdempotencyKey,
    BoundedBody(body): BoundedBody,
) -> ApiResult<Answer<EventTypeOut>> {
    let (name, draft) = parse_json::<EventTypeIn>(&body)?.checked()?;
    let idempotency = bind(&key, &org, "event-type.create", &[], &body);
    let row = new_event_type(&api, &org, name.clone(), draft.clone());
    match api.store.insert_event_type(row, idempotency).await {
        Ok(Written::New(row) | Written::Replayed(row)) => Ok(created(EventTypeOut::of(row, true))),
        Err(StoreError::Taken(_)) => revive(&api, &org, &name, &draft).await,
        Err(error) => Err(error.into()),
    }
}

async fn revive(
    api: &ApiState,
    org: &OrgId,
    name: &EventTypeName,
    draft: &EventTypeDraft,
) -> ApiResult<Answer<EventTypeOut>> {
    let apply = |row: &mut EventType| {
        if !row.archived {
            return Err(ApiError::conflict(
                "event_type_exists",
                format_args!("the event type {name} exists already"),
            ));
        }
        draft.clone().replace(row);
        Ok(())
    };
    let row = change::event_type(api, org, name, apply).await?;
    Ok(created(EventTypeOut::of(row, true)))
}

fn new_event_type(api: &ApiState, org: &OrgId, name: EventTypeName, draft: EventTypeDraft) -> EventType {
    let now = api.clock.now();
    let mut row = EventType {
        org: org.clone(),
        name,
        description: String::new(),
        archived: false,
        deprecated: false,
        schemas: None,
        group_name: None,
        feature_flags: Vec::new(),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    draft.replace(&mut row);
    row
}

/// Get an event type.
#[utoipa::path(
    get, path = "/api/v1/event-type/{event_type_name}", operation_id = "v1.event-type.get", tag = "Event Type",
    params(NamePath), responses((status = 200, body = EventTypeOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<NamePath>,
) -> ApiResult<Answer<EventTypeOut>> {
    let found = api.store.event_type(access.org(), &path.name()?).await?;
    let row = found.filter(|row| access.sees_flags(&row.feature_flags));
    let row = row.ok_or_else(|| ApiError::not_found("event type"))?;
    Ok(ok(EventTypeOut::of(row, true)))
}

/// Create an event type under the name in the path, or replace it.
#[utoipa::path(
    put, path = "/api/v1/event-type/{event_type_name}", operation_id = "v1.event-type.upsert", tag = "Event Type",
    params(NamePath), request_body = EventTypeUpsertIn,
    responses((status = 200, body = EventTypeOut), (status = 201, body = EventTypeOut), Errors)
)]
pub(crate) async fn upsert(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<NamePath>,
    Json(body): Json<EventTypeUpsertIn>,
) -> ApiResult<Answer<EventTypeOut>> {
    let wrong =
        |error| ApiError::Invalid(vec![FieldError::new(&["path", "event_type_name"], error, VALUE_ERROR)]);
    let name = EventTypeName::parse(&path.event_type_name).map_err(wrong)?;
    let mut rules = Rules::new();
    let draft = body.check(&mut rules);
    rules.finish()?;
    match api.store.insert_event_type(new_event_type(&api, &org, name.clone(), draft.clone()), None).await {
        Ok(written) => Ok(created(EventTypeOut::of(written.into_inner(), true))),
        Err(StoreError::Taken(_)) => {
            let replace = |row: &mut EventType| {
                draft.clone().replace(row);
                Ok(())
            };
            Ok(ok(EventTypeOut::of(change::event_type(&api, &org, &name, replace).await?, true)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Change an event type: absent keeps, null clears.
#[utoipa::path(
    patch, path = "/api/v1/event-type/{event_type_name}", operation_id = "v1.event-type.patch", tag = "Event Type",
    params(NamePath), request_body = EventTypePatch, responses((status = 200, body = EventTypeOut), Errors)
)]
pub(crate) async fn patch(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<NamePath>,
    Json(patch): Json<EventTypePatch>,
) -> ApiResult<Answer<EventTypeOut>> {
    let row = change::event_type(&api, &org, &path.name()?, |row| patch.apply(row)).await?;
    Ok(ok(EventTypeOut::of(row, true)))
}

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeleteQuery {
    /// Remove it for good instead of archiving it.
    #[param(value_type = Option<bool>, default = false)]
    expunge: bool,
}

impl QueryParams for DeleteQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self { expunge: reader.bool("expunge").unwrap_or(false) }
    }
}

/// Archive an event type: endpoints can no longer subscribe to it by name.
#[utoipa::path(
    delete, path = "/api/v1/event-type/{event_type_name}", operation_id = "v1.event-type.delete", tag = "Event Type",
    params(NamePath, DeleteQuery), responses((status = 204), Errors)
)]
pub(crate) async fn delete(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<NamePath>,
    Query(query): Query<DeleteQuery>,
) -> ApiResult<StatusCode> {
    let name = path.name()?;
    if query.expunge {
        let missing = |error| match error {
            StoreError::Missing => ApiError::not_found("event type"),
            error => error.into(),
        };
        api.store.expunge_event_type(&org, &name).await.map_err(missing)?;
    } else {
        let archive = |row: &mut EventType| {
            row.archived = true;
            Ok(())
        };
        change::event_type(&api, &org, &name, archive).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
