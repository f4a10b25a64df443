//! The wire API's log of a source: the requests that were refused, with the reason. Receipts say more.

use axum::extract::State;
use hooktide_model::{Order, ReceiptOutcome};
use hooktide_pipeline::scheme_of;
use hooktide_store::ReceiptFilter;

use super::params::{PageQuery, SourcePath};
use super::receipt::ListQuery;
use super::source;
use crate::auth::OrgAccess;
use crate::extract::{Path, Query};
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::ListOut;
use crate::wire::source_log::SourceLogOut;

/// List the requests that a source refused, by default newest first.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/log", operation_id = "v1.ingest.log.list", tag = "Ingest Logs",
    params(SourcePath, PageQuery), responses((status = 200, body = ListOut<SourceLogOut>), Errors)
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourcePath>,
    Query(ListQuery(page)): Query<ListQuery>,
) -> ApiResult<Answer<ListOut<SourceLogOut>>> {
    let source = source::find(&api, &org, &path.source_id).await?;
    let outcome = Some(ReceiptOutcome::Refused);
    let page = page.request(Order::Descending);
    let filter = ReceiptFilter { page, before: None, after: None, outcome };
    let mut page = api.store.receipts(source.id, filter).await?;
    for row in &mut page.data {
        if let Some(whole) = api.store.receipt(source.id, row.id).await? {
            *row = whole;
        }
    }
    let scheme = scheme_of(&source);
    let out = |row| SourceLogOut::of(row, source.id, scheme.as_deref());
    Ok(ok(ListOut::of(page, |row: &hooktide_model::Receipt| row.id.to_string(), out)))
}
