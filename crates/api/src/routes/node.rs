//! The nodes that share the store. An extension of the wire API, for whoever runs the servers.

use axum::extract::State;

use crate::auth::OrgAccess;
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::ListOut;
use crate::wire::node::NodeOut;

/// List the servers that share this store: their age, their load, and what waits for them. All of them are on one page.
#[utoipa::path(
    get, path = "/api/v1/node", operation_id = "v1.node.list", tag = "Health",
    responses((status = 200, body = ListOut<NodeOut>), Errors)
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    OrgAccess(_org): OrgAccess,
) -> ApiResult<Answer<ListOut<NodeOut>>> {
    let nodes = api.store.nodes().await?;
    let data = nodes.into_iter().map(NodeOut::from).collect();
    Ok(ok(ListOut { data, iterator: None, prev_iterator: None, done: true }))
}
