//! Deliveries from both ends: the messages of an endpoint, the endpoints of a message.

use axum::extract::State;
use hooktide_model::{DeliveryState, DeliveryStatus, EndpointId, MessageId, Order, Page};
use hooktide_store::{ListedMessage, MessageFilter};
use utoipa::IntoParams;

use super::params::{
    ContentQuery, EndpointPath, LabelQuery, MessagePath, PageQuery, StatusQuery as ExpandedQuery, WindowQuery,
};
use super::{endpoint, message};
use crate::auth::{Access, Need};
use crate::extract::{PageParams, Path, Query, QueryParams, QueryReader, TimeWindow};
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::ListOut;
use crate::wire::message_out::{EndpointMessageOut, MessageEndpointOut};
use crate::wire::status::MessageStatus;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what the list reads")]
pub(crate) struct DeliveryStatusQuery {
    /// Only with this status.
    #[param(value_type = Option<MessageStatus>)]
    status: Option<DeliveryStatus>,
}

pub(crate) struct MessagesQuery {
    page: PageParams<MessageId>,
    window: TimeWindow,
    labels: LabelQuery,
    content: ContentQuery,
    expanded: ExpandedQuery,
    status: Option<DeliveryStatus>,
}

impl QueryParams for MessagesQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self {
            page: PageParams::read_id(reader),
            window: TimeWindow::read(reader),
            labels: LabelQuery::read(reader),
            content: ContentQuery::read(reader),
            expanded: ExpandedQuery::read(reader),
            status: reader.parsed("status", MessageStatus::parse),
        }
    }
}

/// List the messages that were tried at an endpoint and where each stands, by default newest first.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/msg",
    operation_id = "v1.message-attempt.list-attempted-messages", tag = "Message Attempt",
    params(EndpointPath, PageQuery, WindowQuery, LabelQuery, ContentQuery, ExpandedQuery, DeliveryStatusQuery),
    responses((status = 200, body = ListOut<EndpointMessageOut>), Errors)
)]
pub(crate) async fn attempted_messages(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    Query(query): Query<MessagesQuery>,
) -> ApiResult<Answer<ListOut<EndpointMessageOut>>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let row = endpoint::find(&api, config.application.id, &path.endpoint_id).await?;
    let (with_content, expanded) = (query.content.with_content, query.expanded.expanded_statuses);
    let filter = MessageFilter {
        page: query.page.request(Order::Descending),
        before: query.window.before,
        after: query.window.after,
        event_types: query.labels.event_types,
        channel: query.labels.channel,
        tag: query.labels.tag,
        with_payload: with_content,
    };
    let page = api.store.messages_of_endpoint(row.id, query.status, filter).await?;
    let key = |row: &ListedMessage| row.message.id.to_string();
    Ok(ok(ListOut::of(page, key, |row| EndpointMessageOut::of(row, with_content, expanded))))
}

pub(crate) struct EndpointsQuery(PageParams<EndpointId>);

impl QueryParams for EndpointsQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self(PageParams::read_id(reader))
    }
}

/// List the endpoints that a message goes to and where each delivery stands, by default by endpoint id. Endpoints
/// that were deleted since are left out.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/msg/{msg_id}/endpoint",
    operation_id = "v1.message-attempt.list-attempted-destinations", tag = "Message Attempt",
    params(MessagePath, PageQuery), responses((status = 200, body = ListOut<MessageEndpointOut>), Errors)
)]
pub(crate) async fn attempted_destinations(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<MessagePath>,
    Query(EndpointsQuery(page)): Query<EndpointsQuery>,
) -> ApiResult<Answer<ListOut<MessageEndpointOut>>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let message = message::find(&api, config.application.id, &path.msg_id, false).await?.id;
    let page: Page<DeliveryState> = api.store.deliveries(message, page.request(Order::Ascending)).await?;
    let known =
        |state: &DeliveryState| config.endpoints.iter().find(|endpoint| endpoint.id == state.endpoint);
    let list = ListOut::of(
        page,
        |state| state.endpoint.to_string(),
        |state| known(&state).map(|endpoint| MessageEndpointOut::of(&state, endpoint)),
    );
    // The cursors stay those of the whole page, so that a page of deleted endpoints does not end the walk.
    Ok(ok(ListOut {
        data: list.data.into_iter().flatten().collect(),
        iterator: list.iterator,
        prev_iterator: list.prev_iterator,
        done: list.done,
    }))
}
