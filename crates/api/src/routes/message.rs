//! Messages: publishing, reading, erasing.

use axum::extract::State;
use hooktide_model::id::TypedId;
use hooktide_model::{AppId, Message, MessageId, Order};
use hooktide_pipeline::Publish;
use hooktide_store::{MessageFilter, ObjectRef};
use http::StatusCode;

use super::application_made::find_or_make;
use super::params::{
    AppPath, ContentQuery, IdempotencyHeader, LabelQuery, MessagePath, PageQuery, WindowQuery,
};
use crate::auth::{Access, Need};
use crate::error::ApiError;
use crate::extract::{
    BoundedBody, Hops, IdempotencyKey, PageParams, Path, Query, QueryParams, QueryReader, TimeWindow,
};
use crate::idempotency::bind;
use crate::openapi::Errors;
use crate::refs::object_ref;
use crate::respond::{Answer, ApiResult, accepted, ok};
use crate::state::ApiState;
use crate::wire::ListOut;
use crate::wire::message::{MessageDraft, MessageIn};
use crate::wire::message_out::{MessageOut, some_unless_empty};
use crate::wire::payload::PayloadOut;

/// The message that the path names.
pub(super) async fn find(api: &ApiState, app: AppId, named: &str, with_payload: bool) -> ApiResult<Message> {
    let missing = || ApiError::not_found("message");
    let named = object_ref::<MessageId>(named).ok_or_else(missing)?;
    api.store.message(app, &named, with_payload).await?.ok_or_else(missing)
}

pub(crate) struct ListQuery {
    page: PageParams<MessageId>,
    window: TimeWindow,
    labels: LabelQuery,
    content: ContentQuery,
}

impl QueryParams for ListQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self {
            page: PageParams::read_id(reader),
            window: TimeWindow::read(reader),
            labels: LabelQuery::read(reader),
            content: ContentQuery::read(reader),
        }
    }
}

/// List an application's messages, by default newest first.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/msg", operation_id = "v1.message.list", tag = "Message",
    params(AppPath, PageQuery, WindowQuery, LabelQuery, ContentQuery),
    responses((status = 200, body = ListOut<MessageOut>), Errors)
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<AppPath>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Answer<ListOut<MessageOut>>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let with_content = query.content.with_content;
    let filter = MessageFilter {
        page: query.page.request(Order::Descending),
        before: query.window.before,
        after: query.window.after,
        event_types: query.labels.event_types,
        channel: query.labels.channel,
        tag: query.labels.tag,
        with_payload: with_content,
    };
    let page = api.store.messages(config.application.id, filter).await?;
    Ok(ok(ListOut::of(page, |row| row.id.to_string(), |row| MessageOut::of(row, with_content))))
}

/// Publish a message. The answer is sent when message, targets and idempotency key are flushed to disk.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/msg", operation_id = "v1.message.create", tag = "Message",
    params(AppPath, ContentQuery, IdempotencyHeader), request_body = MessageIn,
    responses((status = 202, body = MessageOut), Errors)
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<AppPath>,
    Query(query): Query<ContentQuery>,
    key: IdempotencyKey,
    Hops(hops): Hops,
    BoundedBody(body): BoundedBody,
) -> ApiResult<Answer<MessageOut>> {
    access.require(Need::Organisation)?;
    let mut draft = MessageDraft::read(&body, api.clock.now(), &api.limits)?;
    let app = find_or_make(&api, &access, &path.app_id, draft.application.take()).await?;
    let app_id = app.application.id;
    let publish = Publish {
        app,
        event_type: draft.event_type.clone(),
        uid: draft.uid.clone(),
        channels: draft.channels.clone(),
        tags: draft.tags.clone(),
        deliver_at: draft.deliver_at,
        content_type: draft.content_type.clone(),
        payload: draft.payload.clone(),
        params: draft.params.clone(),
        payload_expires_at: draft.payload_expires_at,
        idempotency: bind(&key, access.org(), "message.create", &app_id.to_bytes(), &body),
        only: None,
        hops,
    };
    let answer = api.pipeline.publish(publish).await?;
    if answer.replayed
        && let Some(stored) = api.store.message(app_id, &ObjectRef::Id(answer.id), query.with_content).await?
    {
        return Ok(accepted(MessageOut::of(stored, query.with_content)));
    }
    Ok(accepted(published(draft, answer.id, query.with_content)))
}

/// The answer for a message that was just committed, without reading it back.
fn published(draft: MessageDraft, id: MessageId, with_content: bool) -> MessageOut {
    MessageOut {
        event_id: draft.uid,
        event_type: draft.event_type,
        payload: match with_content {
            true => PayloadOut::Shown(draft.payload, draft.content_type),
            false => PayloadOut::Hidden,
        },
        channels: some_unless_empty(draft.channels),
        id,
        timestamp: id.seq().time(),
        tags: some_unless_empty(draft.tags),
        deliver_at: draft.deliver_at,
    }
}

/// Get a message.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/msg/{msg_id}", operation_id = "v1.message.get", tag = "Message",
    params(MessagePath, ContentQuery), responses((status = 200, body = MessageOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<MessagePath>,
    Query(query): Query<ContentQuery>,
) -> ApiResult<Answer<MessageOut>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let row = find(&api, config.application.id, &path.msg_id, query.with_content).await?;
    Ok(ok(MessageOut::of(row, query.with_content)))
}

/// Erase a message's payload. What still waits for delivery ends without it.
#[utoipa::path(
    delete, path = "/api/v1/app/{app_id}/msg/{msg_id}/content", operation_id = "v1.message.expunge-content",
    tag = "Message", params(MessagePath), responses((status = 204), Errors)
)]
pub(crate) async fn expunge_content(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<MessagePath>,
) -> ApiResult<StatusCode> {
    let config = access.application(&api, &path.app_id, Need::Organisation).await?;
    let app = config.application.id;
    let row = find(&api, app, &path.msg_id, false).await?;
    api.store.expunge_payload(app, row.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
