//! Receipts: every request that a source took or refused, following them, and taking one once more.

use std::time::Duration;

use axum::extract::State;
use hooktide_model::id::TypedId;
use hooktide_model::{Order, OrgId, Page, Receipt, ReceiptId, ReceiptOutcome, Source};
use hooktide_pipeline::{ReplayError, Replayed, scheme_of};
use hooktide_store::{ObjectRef, ReceiptFilter};
use tokio::time::Instant;
use utoipa::IntoParams;

use super::params::{IdempotencyHeader, PageQuery, ReceiptPath, SourcePath, WindowQuery};
use super::source;
use crate::auth::OrgAccess;
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, PageParams, Path, Query, QueryParams, QueryReader, TimeWindow};
use crate::idempotency::bind;
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, accepted, ok};
use crate::state::ApiState;
use crate::wire::ListOut;
use crate::wire::receipt::{ReceiptDetailOut, ReceiptOut, ReceiptRequestOut, ReplayOut};

/// How long a list may wait for its first row. Below the time after which proxies give a quiet connection up.
const WAIT_S_MAX: u64 = 25;

pub(crate) struct ListQuery(pub(super) PageParams<ReceiptId>);

impl QueryParams for ListQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        Self(PageParams::read_id(reader))
    }
}

/// Which receipts, and how long to wait for the first.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FollowQuery {
    /// Seconds to wait for a receipt when the page is empty: with `order=ascending` and the `iterator` of the last page,
    /// the list is followed without a gap. An empty page after that time is an answer like any other.
    #[param(value_type = Option<u64>, minimum = 0, maximum = 25, default = 0)]
    wait: Duration,
    #[param(ignore)]
    window: TimeWindow,
}

impl QueryParams for FollowQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        let wait = reader.number::<u64>("wait").unwrap_or(0);
        if wait > WAIT_S_MAX {
            reader.fail("wait", format_args!("must be at most {WAIT_S_MAX} seconds; ask again after that"));
        }
        Self { wait: Duration::from_secs(wait), window: TimeWindow::read(reader) }
    }
}

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OutcomeQuery {
    /// Only `accepted`, `refused` or `conflict`.
    #[param(value_type = Option<String>)]
    outcome: Option<ReceiptOutcome>,
}

impl QueryParams for OutcomeQuery {
    fn read(reader: &mut QueryReader<'_>) -> Self {
        let outcome = reader.parsed("outcome", |text| match text {
            "accepted" => Ok(ReceiptOutcome::Accepted),
            "refused" => Ok(ReceiptOutcome::Refused),
            "conflict" => Ok(ReceiptOutcome::Conflict),
            _ => Err("must be accepted, refused or conflict"),
        });
        Self { outcome }
    }
}

pub(super) async fn find(api: &ApiState, org: &OrgId, path: &ReceiptPath) -> ApiResult<(Source, Receipt)> {
    let source = source::find(api, org, &path.source_id).await?;
    let missing = || ApiError::not_found("receipt");
    let id = path.receipt_id.parse().map_err(|_| missing())?;
    let receipt = api.store.receipt(source.id, id).await?.ok_or_else(missing)?;
    Ok((source, receipt))
}

/// List what a source took and refused, by default newest first.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/receipt", operation_id = "v1.ingest.receipt.list",
    tag = "Ingest Receipt", params(SourcePath, PageQuery, WindowQuery, OutcomeQuery, FollowQuery),
    responses((status = 200, body = ListOut<ReceiptOut>), Errors)
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourcePath>,
    Query(ListQuery(page)): Query<ListQuery>,
    Query(query): Query<OutcomeQuery>,
    Query(FollowQuery { wait, window }): Query<FollowQuery>,
) -> ApiResult<Answer<ListOut<ReceiptOut>>> {
    let source = source::find(&api, &org, &path.source_id).await?;
    let filter = ReceiptFilter {
        page: page.request(Order::Descending),
        before: window.before,
        after: window.after,
        outcome: query.outcome,
    };
    let page = match wait.is_zero() {
        true => api.store.receipts(source.id, filter).await?,
        false => first_page(&api, &org, &source, filter, wait).await?,
    };
    let scheme = scheme_of(&source);
    let out = |row| ReceiptOut::of(&row, scheme.as_deref());
    Ok(ok(ListOut::of(page, |row: &Receipt| row.id.to_string(), out)))
}

/// The page, when it has a row or the time is up.
async fn first_page(
    api: &ApiState,
    org: &OrgId,
    source: &Source,
    filter: ReceiptFilter,
    wait: Duration,
) -> ApiResult<Page<Receipt>> {
    let until = Instant::now() + wait;
    // Before the list is read: what is committed after that is told.
    let follower = api.pipeline.follow(org, source.id);
    let Some(mut follower) = follower else {
        return Err(if api.is_draining() { ApiError::draining() } else { ApiError::too_many_waiting() });
    };
    loop {
        let page = api.store.receipts(source.id, filter.clone()).await?;
        // Each turn is one more receipt, or the end.
        if !page.data.is_empty() || !follower.hears(until).await {
            return Ok(page);
        }
    }
}

/// Get the request of a receipt as it was sent: every header with its value and the exact bytes, proofs of the provider
/// included. For programs that pass it on.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/receipt/{receipt_id}/request",
    operation_id = "v1.ingest.receipt.get-request", tag = "Ingest Receipt", params(ReceiptPath),
    responses((status = 200, body = ReceiptRequestOut), Errors)
)]
pub(crate) async fn get_request(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<ReceiptPath>,
) -> ApiResult<Answer<ReceiptRequestOut>> {
    let (source, receipt) = find(&api, &org, &path).await?;
    let message = match receipt.message {
        Some(id) => api.store.message(source.app, &ObjectRef::Id(id), false).await?,
        None => None,
    };
    Ok(ok(ReceiptRequestOut::of(receipt, message.map(|message| message.event_type))))
}

/// Get a receipt with its headers and body.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/receipt/{receipt_id}", operation_id = "v1.ingest.receipt.get",
    tag = "Ingest Receipt", params(ReceiptPath), responses((status = 200, body = ReceiptDetailOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<ReceiptPath>,
) -> ApiResult<Answer<ReceiptDetailOut>> {
    let (source, receipt) = find(&api, &org, &path).await?;
    Ok(ok(ReceiptDetailOut::of(&receipt, scheme_of(&source).as_deref())))
}

/// Take a request once more: an accepted one goes to every endpoint again; a refused one is judged with the secrets
/// of today, its time is not checked, and if it holds now it becomes a message, unless its event is one already.
#[utoipa::path(
    post, path = "/ingest/api/v1/source/{source_id}/receipt/{receipt_id}/replay",
    operation_id = "v1.ingest.receipt.replay", tag = "Ingest Receipt", params(ReceiptPath, IdempotencyHeader),
    responses((status = 202, body = ReplayOut), Errors)
)]
pub(crate) async fn replay(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<ReceiptPath>,
    key: IdempotencyKey,
) -> ApiResult<Answer<ReplayOut>> {
    let (source, receipt) = find(&api, &org, &path).await?;
    let config = api.pipeline.source(source.token.hash()).await?;
    let config = config.ok_or_else(|| ApiError::not_found("source"))?;
    let idempotency = bind(&key, &org, "receipt.replay", &receipt.id.to_bytes(), &[]);
    let expires_at = api.clock.now().plus(api.limits.payload_retention);
    match api.pipeline.replay(&config, receipt, expires_at, idempotency).await {
        Ok(Replayed::Committed(message)) => {
            Ok(accepted(ReplayOut { message_id: Some(message), endpoints: None }))
        }
        Ok(Replayed::Resent(count)) => {
            Ok(accepted(ReplayOut { message_id: None, endpoints: Some(count as u64) }))
        }
        Err(ReplayError::BodyGone) => Err(ApiError::bad_request(
            "missing_payload",
            "the body was not kept, was expunged or has expired; it cannot be taken again",
        )),
        Err(ReplayError::Conflict) => Err(ApiError::conflict(
            "conflict",
            "the same event was taken with another body; this one is now kept as a conflict: replay that to take it too",
        )),
        Err(ReplayError::Refused(refused)) => Err(ApiError::bad_request(
            "still_refused",
            format_args!("{}: {}; put the source's secrets right first", refused.code, refused.detail),
        )),
        Err(ReplayError::Store(error)) => Err(error.into()),
    }
}
