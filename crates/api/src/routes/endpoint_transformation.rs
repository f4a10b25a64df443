//! Transformations of endpoints: read, changed, tried.

use axum::extract::State;
use hooktide_model::{AppId, Application, Endpoint, EndpointId};
use hooktide_pipeline::{Trial as ScriptTrial, moment_of_message, params_of_message};
use hooktide_store::ObjectRef;
use hooktide_transform::Moment;
use http::StatusCode;

use super::endpoint::find;
use super::params::{EndpointPath, IdempotencyHeader};
use super::stored::{self, Stored, payload_of};
use crate::auth::{Access, Need};
use crate::change;
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, Json, Path};
use crate::openapi::Errors;
use crate::refs::object_ref;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::transformation::{
    CheckedSimulation, TransformationOut, TransformationPatch, TransformationSimulateIn,
    TransformationSimulateOut, Trial,
};

/// Get an endpoint's transformation; of its variables only the names.
#[utoipa::path(
    get, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/transformation",
    operation_id = "v1.endpoint.transformation.get", tag = "Endpoint", params(EndpointPath),
    responses((status = 200, body = TransformationOut), Errors)
)]
pub(crate) async fn get(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
) -> ApiResult<Answer<TransformationOut>> {
    let config = access.application(&api, &path.app_id, Need::VIEW).await?;
    let row = find(&api, config.application.id, &path.endpoint_id).await?;
    Ok(ok(row.transformation.as_ref().into()))
}

/// Change an endpoint's transformation: a script that changes each message before it is signed and sent there. Code is
/// tried before it is saved.
#[utoipa::path(
    patch, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/transformation",
    operation_id = "v1.endpoint.transformation.patch", tag = "Endpoint", params(EndpointPath),
    request_body = TransformationPatch, responses((status = 204), Errors)
)]
pub(crate) async fn patch(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    Json(body): Json<TransformationPatch>,
) -> ApiResult<StatusCode> {
    let config = access.application(&api, &path.app_id, Need::MANAGE_TRANSFORMATIONS).await?;
    let named = object_ref::<EndpointId>(&path.endpoint_id).ok_or_else(|| ApiError::not_found("endpoint"))?;
    change_transformation(&api, &config.application, &named, &body).await
}

/// Check the code, then save.
pub(super) async fn change_transformation(
    api: &ApiState,
    owner: &Application,
    named: &ObjectRef<EndpointId>,
    body: &TransformationPatch,
) -> ApiResult<StatusCode> {
    if let Some(code) = body.code.value() {
        // Before it costs anything: an endpoint that is not there is nobody's reason to run a script.
        let found = api.store.endpoint(owner.id, named).await?;
        found.ok_or_else(|| ApiError::not_found("endpoint"))?;
        api.pipeline.check_script(owner.id, code.clone()).await?;
    }
    let now = api.clock.now();
    let apply = |row: &mut Endpoint| body.apply(&mut row.transformation, now);
    change::endpoint(api, owner, named, None, apply).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Try a script on a payload or a stored message. Nothing is saved and nothing is sent.
#[utoipa::path(
    post, path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/transformation/simulate",
    operation_id = "v1.endpoint.transformation.simulate", tag = "Endpoint", params(EndpointPath, IdempotencyHeader),
    request_body = TransformationSimulateIn, responses((status = 200, body = TransformationSimulateOut), Errors)
)]
pub(crate) async fn simulate(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<EndpointPath>,
    _key: IdempotencyKey,
    Json(body): Json<TransformationSimulateIn>,
) -> ApiResult<Answer<TransformationSimulateOut>> {
    let config = access.application(&api, &path.app_id, Need::MANAGE_TRANSFORMATIONS).await?;
    let app = config.application.id;
    let row = find(&api, app, &path.endpoint_id).await?;
    let checked = body.checked(row.transformation.as_ref())?;
    let stored = match &checked.trial {
        Trial::Stored(named) => Some(stored::published(&api, app, named).await?),
        Trial::Given { .. } => None,
    };
    simulated(&api, app, &row, checked, stored).await
}

/// Run the script as a delivery of the message would.
pub(super) async fn simulated(
    api: &ApiState,
    app: AppId,
    row: &Endpoint,
    checked: CheckedSimulation,
    stored: Option<Stored>,
) -> ApiResult<Answer<TransformationSimulateOut>> {
    let CheckedSimulation { code, variables, trial } = checked;
    let url = row.url.clone();
    let trial = match (trial, stored) {
        (Trial::Given { payload, event_type, channels }, _) => ScriptTrial {
            code,
            url,
            event_type: Some(event_type.as_str().to_owned()),
            channels: channels.iter().map(|channel| channel.as_str().to_owned()).collect(),
            payload,
            variables,
            params: None,
            request: None,
            moment: Moment { now_ms: api.clock.now().unix_ms(), seed: 0 },
        },
        (Trial::Stored(_), Some(Stored { message, request })) => ScriptTrial {
            code,
            url,
            event_type: Some(message.event_type.as_str().to_owned()),
            channels: message.channels.iter().map(|channel| channel.as_str().to_owned()).collect(),
            payload: payload_of(&message)?,
            variables,
            params: params_of_message(&message),
            request,
            moment: moment_of_message(&message),
        },
        (Trial::Stored(_), None) => return Err(ApiError::not_found("message")),
    };
    Ok(ok(api.pipeline.try_script(app, trial).await?.into()))
}
