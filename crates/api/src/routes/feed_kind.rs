//! Kinds of feeds: what a source may fetch from. An extension of the wire API.

use hooktide_destinations::feeds::FEEDS;

use crate::auth::OrgAccess;
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, ok};
use crate::wire::ListOut;
use crate::wire::source_feed::FeedKindOut;

/// List the types of sources that fetch, with the JSON Schema of their configuration. All of them are on one page.
#[utoipa::path(
    get, path = "/ingest/api/v1/feed-kind", operation_id = "v1.ingest.feed-kind.list", tag = "Ingest Source",
    responses((status = 200, body = ListOut<FeedKindOut>), Errors)
)]
pub(crate) async fn list(OrgAccess(_org): OrgAccess) -> ApiResult<Answer<ListOut<FeedKindOut>>> {
    let data = FEEDS.iter().map(FeedKindOut::from).collect();
    Ok(ok(ListOut { data, iterator: None, prev_iterator: None, done: true }))
}
