//! Endpoints that publish into another application: who may make one, and whether the application is there.
//!
//! What must stay true: a customer's token, which manages the endpoints of one application, never opens a way into
//! another; and no name of another organisation's application is ever found.

use hooktide_model::{AppId, OrgId};
use serde_json::Value;

use crate::auth::{Access, Need};
use crate::error::{ApiError, FieldError, VALUE_ERROR};
use crate::refs::object_ref;
use crate::respond::ApiResult;
use crate::state::ApiState;
use crate::wire::endpoint_destination::MESSAGE;

/// For an application's endpoint: the token too must be the organisation's.
pub(super) async fn require_target(
    api: &ApiState,
    access: &Access,
    target: Option<(&str, &Value)>,
) -> ApiResult<()> {
    let Some((MESSAGE, _)) = target else { return Ok(()) };
    access.require(Need::Organisation)?;
    require_application(api, access.org(), target).await
}

/// The application of a destination that publishes must exist. What is not well formed is the destination's own check's
/// to refuse.
pub(super) async fn require_application(
    api: &ApiState,
    org: &OrgId,
    target: Option<(&str, &Value)>,
) -> ApiResult<()> {
    let Some((MESSAGE, config)) = target else { return Ok(()) };
    let Some(named) = config.get("application").and_then(Value::as_str) else { return Ok(()) };
    let found = match object_ref::<AppId>(named) {
        Some(named) => api.pipeline.app(org, &named).await?,
        None => None,
    };
    if found.is_some() {
        return Ok(());
    }
    let place = ["body", "destination", "config", "application"];
    let msg = "names no application of this organisation; write the id or uid of one that exists";
    Err(ApiError::Invalid(vec![FieldError::new(&place, msg, VALUE_ERROR)]))
}
