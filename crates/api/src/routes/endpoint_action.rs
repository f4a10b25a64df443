//! What can be done with an endpoint: its numbers, an example, a recovery.

use std::time::Duration;

use axum::extract::State;
use bytes::Bytes;
use hooktide_model::id::TypedId;
use hooktide_model::{ContentType, EventTypeName, OrgId, Timestamp};
use hooktide_pipeline::Publish;
use serde_json::value::RawValue;
use utoipa::IntoParams;

use super::endpoint::find;
use super::params::{EndpointPath, IdempotencyHeader};
use crate::auth::{Access, Capability, Need};
use crate::error::ApiError;
use crate::extract::{BoundedBody, IdempotencyKey, Path, Query, QueryParams, QueryReader, parse_json};
use crate::idempotency::bind;
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, accepted, ok};
use crate::state::ApiState;
use crate::wire::endpoint::EndpointStats;
use crate::wire::message_out::{EventExampleIn, MessageOut};
use crate::wire::payload::PayloadOut;
use crate::wire::task::{RecoverIn, RecoverOut, TaskStatus, TaskType};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest window of the counts.
const STATS_WINDOW_MAX: Duration = DAY.saturating_mul(28);
/// The longest window of a recovery: 14 days, and a little for clocks that differ.
const RECOVER_WINDOW_MAX: Duration = DAY.saturating_mul(14).saturating_add(Duration::from_secs(5 * 60));
/// An event type that every organisation has for `send-example`, and its payload.
const PING: (&str, &[u8]) = ("svix.ping", br#"{"success":true}"#);
/// The schema version whose examples are sent.
const EXAMPLE_VERSION: &str = "1";

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatsQuery {
    /// From this time on; 28 days before `until` when absent.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Up to this time; now when absent.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

impl QueryParams for StatsQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self { since: reader.time("since"), until: reader.time("until") }
    }
}

/// Count an endpoint's attempts in a window of at most 28 days, and its deliveries that wait now.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/stats", operation_id = "v1.endpoint.get-stats",
    tag = "Endpoint", params(EndpointPath, StatsQuery), responses((status = 200, body = EndpointStats), Errors)
)]
pub(crate) async fn stats(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    Query(query): Query<StatsQuery>,
) -> ApiResult<Answer<EndpointStats>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let until = query.until.unwrap_or_else(|| api.clock.now());
    let since = query.since.unwrap_or_else(|| until.minus(STATS_WINDOW_MAX));
    if since > until || until.since(since) > STATS_WINDOW_MAX {
        return Err(ApiError::bad_request(
            "invalid_range",
            "since must lie before until, by at most 28 days",
        ));
    }
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    let counts = api.store.attempt_counts(row.id, since, until).await?;
    Ok(ok(EndpointStats {
        success: counts.success,
        pending: counts.pending,
        sending: counts.sending,
        fail: counts.fail,
        canceled: counts.canceled,
    }))
}

/// Send an example of an event type to this endpoint only: the first of its schema's `examples`, or another one.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/send-example", operation_id = "v1.endpoint.send-example",
    tag = "Endpoint", params(EndpointPath, IdempotencyHeader), request_body = EventExampleIn,
    responses((status = 202, body = MessageOut), Errors)
)]
pub(crate) async fn send_example(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    key: IdempotencyKey,
    BoundedBody(body): BoundedBody,
) -> ApiResult<Answer<MessageOut>> {
    let config = access.application(&api, &path.app_id, Need::Organisation).await?;
    let input: EventExampleIn = parse_json(&body)?;
    let event_type =
        EventTypeName::parse(&input.event_type).map_err(|error| ApiError::body_field("eventType", error))?;
    let endpoint = find(&api, config.application.id, &path.endpoint_id).await?.id;
    let payload = example(&api, access.org(), &event_type, input.example_index).await?;
    let idempotency = bind(&key, access.org(), "endpoint.send-example", &endpoint.to_bytes(), &body);
    let publish = Publish {
        app: config,
        event_type: event_type.clone(),
        uid: None,
        channels: Vec::new(),
        tags: Vec::new(),
        deliver_at: None,
        content_type: ContentType::Json,
        payload: payload.clone(),
        payload_expires_at: api.clock.now().plus(api.limits.payload_retention),
        idempotency,
        only: Some(endpoint),
        params: None,
        hops: 0,
    };
    let id = api.pipeline.publish(publish).await?.id;
    Ok(accepted(MessageOut {
        event_id: None,
        event_type,
        payload: PayloadOut::Shown(payload, ContentType::Json),
        channels: None,
        id,
        timestamp: id.seq().time(),
        tags: None,
        deliver_at: None,
    }))
}

async fn example(api: &ApiState, org: &OrgId, name: &EventTypeName, index: usize) -> ApiResult<Bytes> {
    let none = || {
        let detail = format!(
            "the schema \"{EXAMPLE_VERSION}\" of event type {name} has no such example; add `examples` to it"
        );
        ApiError::bad_request("invalid_scheme", detail)
    };
    match api.store.event_type(org, name).await? {
        Some(row) => pick_example(row.schemas.as_deref().unwrap_or("{}"), index).ok_or_else(none),
        None if name.as_str() == PING.0 => Ok(Bytes::from_static(PING.1)),
        None => Err(ApiError::not_found("event type")),
    }
}

/// The bytes of `schemas["1"].examples[index]`, if that is an object.
fn pick_example(schemas: &str, index: usize) -> Option<Bytes> {
    #[derive(serde::Deserialize)]
    struct Schema<'a> {
        #[serde(borrow, default)]
        examples: Vec<&'a RawValue>,
    }
    let versions: std::collections::BTreeMap<String, &RawValue> = serde_json::from_str(schemas).ok()?;
    let schema: Schema<'_> = serde_json::from_str(versions.get(EXAMPLE_VERSION)?.get()).ok()?;
    let text = schema.examples.get(index)?.get();
    text.starts_with('{').then(|| Bytes::copy_from_slice(text.as_bytes()))
}

/// Send again, in the background, what failed and never succeeded at this endpoint: one attempt each.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/recover", operation_id = "v1.endpoint.recover",
    tag = "Endpoint", params(EndpointPath, IdempotencyHeader), request_body = RecoverIn,
    responses((status = 202, body = RecoverOut), Errors)
)]
pub(crate) async fn recover(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    key: IdempotencyKey,
    BoundedBody(body): BoundedBody,
) -> ApiResult<Answer<RecoverOut>> {
    let input: RecoverIn = parse_json(&body)?;
    let need = Need::Capability(Capability::CreateAttempts);
    let config = access.application(&api, &path.app_id, need).await?;
    let now = api.clock.now();
    let until = input.until.unwrap_or(now);
    if input.since > until {
        return Err(ApiError::body_field("since", "must lie before until"));
    }
    if until.since(input.since) > RECOVER_WINDOW_MAX {
        return Err(ApiError::body_field("since", "must lie at most 14 days before until"));
    }
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    let idempotency = bind(&key, access.org(), "endpoint.recover", &row.id.to_bytes(), &body);
    let id = api.pipeline.recover(&config, row.id, input.since, until, idempotency).await?;
    Ok(accepted(RecoverOut {
        id,
        status: TaskStatus::Running,
        task: TaskType::EndpointRecover,
        updated_at: now,
    }))
}

#[cfg(test)]
mod tests;
