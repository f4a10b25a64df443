//! Lists of attempts: of an endpoint, of a message, and the two earlier paths of the latter.

use axum::extract::State;
use hooktide_model::{AppId, AttemptId, AttemptStatus, DeliveryStatus, EndpointId, Order, Page};
use hooktide_store::{AttemptFilter, ListedAttempt};
use utoipa::IntoParams;

use super::params::{
    ContentQuery, DeliveryPath, EndpointPath, LabelQuery, MessagePath, PageQuery, StatusQuery, WindowQuery,
};
use super::{endpoint, message};
use crate::auth::{Access, Need};
use crate::extract::{PageParams, Path, Query, QueryParams, QueryReader, TimeWindow};
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::ListOut;
use crate::wire::attempt::{AttemptView, MessageAttemptOut};
use crate::wire::status::{MessageStatus, StatusCodeClass};

/// Which attempts.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EndingQuery {
    /// Only with this status.
    #[param(value_type = Option<MessageStatus>)]
    status: Option<DeliveryStatus>,
    /// Only with an HTTP status in this hundred; 0 for those without an answer.
    #[param(value_type = Option<StatusCodeClass>)]
    status_code_class: Option<u16>,
}

impl QueryParams for EndingQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self {
            status: reader.parsed("status", MessageStatus::parse),
            status_code_class: reader.parsed("status_code_class", StatusCodeClass::parse),
        }
    }
}

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what the list reads")]
pub(crate) struct WithMessageQuery {
    /// Whether each attempt's message is shown with it.
    #[param(value_type = Option<bool>, default = false)]
    with_msg: bool,
}

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what the list reads")]
pub(crate) struct ByEndpointQuery {
    /// Only to this endpoint: its id or uid.
    endpoint_id: Option<String>,
}

pub(crate) struct ListQuery {
    page: PageParams<AttemptId>,
    window: TimeWindow,
    labels: LabelQuery,
    ending: EndingQuery,
    view: AttemptView,
    with_message: bool,
    endpoint: Option<String>,
}

impl QueryParams for ListQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self {
            page: PageParams::read_id(reader),
            window: TimeWindow::read(reader),
            labels: LabelQuery::read(reader),
            ending: EndingQuery::read(reader),
            view: AttemptView {
                with_content: ContentQuery::read(reader).with_content,
                expanded_statuses: StatusQuery::read(reader).expanded_statuses,
            },
            with_message: reader.bool("with_msg").unwrap_or(false),
            endpoint: reader.text("endpoint_id"),
        }
    }
}

impl ListQuery {
    /// What the store is asked for; `None` when no attempt can have the status.
    fn filter(self, endpoint: Option<EndpointId>) -> Option<AttemptFilter> {
        let status = match self.ending.status {
            None => None,
            Some(DeliveryStatus::Success) => Some(AttemptStatus::Success),
            Some(DeliveryStatus::Fail) => Some(AttemptStatus::Fail),
            Some(DeliveryStatus::Canceled) => Some(AttemptStatus::Canceled),
            // An attempt is recorded when it is over: none is pending or being sent.
            Some(DeliveryStatus::Pending | DeliveryStatus::Sending) => return None,
        };
        Some(AttemptFilter {
            page: self.page.request(Order::Descending),
            before: self.window.before,
            after: self.window.after,
            status,
            status_code_class: self.ending.status_code_class,
            event_types: self.labels.event_types,
            channel: self.labels.channel,
            tag: self.labels.tag,
            endpoint,
            with_message: self.with_message,
        })
    }
}

pub(super) type Listed = ApiResult<Answer<ListOut<MessageAttemptOut>>>;

fn show(page: Page<ListedAttempt>, view: AttemptView) -> Answer<ListOut<MessageAttemptOut>> {
    let key = |row: &ListedAttempt| row.attempt.id.to_string();
    ok(ListOut::of(page, key, |row| MessageAttemptOut::of_listed(row, view)))
}

const NONE: Page<ListedAttempt> = Page { data: Vec::new(), done: true };

/// List the attempts at an endpoint, by default newest first.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/attempt/endpoint/{endpoint_id}",
    operation_id = "v1.message-attempt.list-by-endpoint", tag = "Message Attempt",
    params(EndpointPath, PageQuery, WindowQuery, LabelQuery, EndingQuery, ContentQuery, StatusQuery, WithMessageQuery),
    responses((status = 200, body = ListOut<MessageAttemptOut>), Errors)
)]
pub(crate) async fn by_endpoint(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    Query(query): Query<ListQuery>,
) -> Listed {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    of_endpoint(&api, config.application.id, &path.endpoint_id, query).await
}

pub(super) async fn of_endpoint(api: &ApiState, app: AppId, named: &str, query: ListQuery) -> Listed {
    let row = endpoint::find(api, app, named).await?;
    let view = query.view;
    let page = match query.filter(None) {
        Some(filter) => api.store.attempts_of_endpoint(row.id, filter).await?,
        None => NONE,
    };
    Ok(show(page, view))
}

pub(super) async fn of_message(
    api: &ApiState,
    app: AppId,
    message: &str,
    endpoint: Option<&str>,
    query: ListQuery,
) -> Listed {
    let message = message::find(api, app, message, false).await?.id;
    let endpoint = match endpoint.or(query.endpoint.as_deref()) {
        Some(named) => Some(endpoint::find(api, app, named).await?.id),
        None => None,
    };
    let view = query.view;
    let page = match query.filter(endpoint) {
        Some(filter) => api.store.attempts_of_message(message, filter).await?,
        None => NONE,
    };
    Ok(show(page, view))
}

/// List the attempts of a message over all endpoints, by default newest first.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/attempt/msg/{msg_id}", operation_id = "v1.message-attempt.list-by-msg",
    tag = "Message Attempt",
    params(MessagePath, PageQuery, WindowQuery, LabelQuery, EndingQuery, ContentQuery, StatusQuery, WithMessageQuery,
        ByEndpointQuery),
    responses((status = 200, body = ListOut<MessageAttemptOut>), Errors)
)]
pub(crate) async fn by_message(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<MessagePath>,
    Query(query): Query<ListQuery>,
) -> Listed {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    of_message(&api, config.application.id, &path.msg_id, None, query).await
}

/// The earlier path of `v1.message-attempt.list-by-msg`.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/msg/{msg_id}/attempt", operation_id = "v1.message-attempt.list-by-msg-deprecated",
    tag = "Message Attempt",
    params(MessagePath, PageQuery, WindowQuery, LabelQuery, EndingQuery, ContentQuery, StatusQuery, ByEndpointQuery),
    responses((status = 200, body = ListOut<MessageAttemptOut>), Errors)
)]
#[deprecated = "use by_message"]
pub(crate) async fn by_message_deprecated(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<MessagePath>,
    Query(query): Query<ListQuery>,
) -> Listed {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    of_message(&api, config.application.id, &path.msg_id, None, query).await
}

/// The earlier way to list a message's attempts at one endpoint.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/attempt",
    operation_id = "v1.message-attempt.list-by-endpoint-deprecated", tag = "Message Attempt",
    params(DeliveryPath, PageQuery, WindowQuery, LabelQuery, EndingQuery, ContentQuery, StatusQuery),
    responses((status = 200, body = ListOut<MessageAttemptOut>), Errors)
)]
#[deprecated = "use by_message"]
pub(crate) async fn by_message_and_endpoint_deprecated(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<DeliveryPath>,
    Query(query): Query<ListQuery>,
) -> Listed {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    of_message(&api, config.application.id, &path.msg_id, Some(&path.endpoint_id), query).await
}
