//! Kinds of destinations: what an endpoint may deliver to. An extension of the wire API.

use hooktide_destinations::kinds::KINDS;

use crate::auth::OrgAccess;
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, ok};
use crate::wire::ListOut;
use crate::wire::endpoint_destination::DestinationKindOut;

/// List the kinds of destinations with the JSON Schema of their configuration. All of them are on one page.
#[utoipa::path(
    get, path = "/api/v1/destination-kind", operation_id = "v1.destination-kind.list", tag = "Endpoint",
    responses((status = 200, body = ListOut<DestinationKindOut>), Errors)
)]
pub(crate) async fn list(OrgAccess(_org): OrgAccess) -> ApiResult<Answer<ListOut<DestinationKindOut>>> {
    let data = KINDS.iter().map(DestinationKindOut::from).collect();
    Ok(ok(ListOut { data, iterator: None, prev_iterator: None, done: true }))
}
