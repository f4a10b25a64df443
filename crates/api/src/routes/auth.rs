//! Tokens for applications.

use axum::extract::State;

use super::application_made::find_or_make;
use super::params::{AppPath, IdempotencyHeader};
use crate::auth::{Access, AppTokenRequest, Need};
use crate::error::ApiError;
use crate::extract::{BoundedBody, IdempotencyKey, Path, parse_json};
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::application::ApplicationDraft;
use crate::wire::auth::{AppPortalAccessIn, AppPortalAccessOut};

/// Where a token's bearer can read what it can do.
const PORTAL_PATH: &str = "/docs";

/// Mint a token for one application, for its own users.
#[utoipa::path(
    post, path = "/api/v1/auth/app-portal-access/{app_id}", operation_id = "v1.authentication.app-portal-access",
    tag = "Authentication", params(AppPath, IdempotencyHeader), request_body = AppPortalAccessIn,
    responses((status = 200, body = AppPortalAccessOut), Errors)
)]
pub(crate) async fn app_portal_access(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<AppPath>,
    _key: IdempotencyKey,
    BoundedBody(body): BoundedBody,
) -> ApiResult<Answer<AppPortalAccessOut>> {
    access.require(Need::Organisation)?;
    let input = if body.is_empty() { AppPortalAccessIn::default() } else { parse_json(&body)? };
    let (request, application) = input.checked()?;
    mint(&api, &access, &path.app_id, request, application).await
}

/// The earlier form of `app-portal-access`, without a body.
#[utoipa::path(
    post, path = "/api/v1/auth/dashboard-access/{app_id}", operation_id = "v1.authentication.dashboard-access",
    tag = "Authentication", params(AppPath, IdempotencyHeader), responses((status = 200, body = AppPortalAccessOut), Errors)
)]
#[deprecated = "use app-portal-access"]
pub(crate) async fn dashboard_access(
    State(api): State<ApiState>,
    access: Access,
    Path(path): Path<AppPath>,
    _key: IdempotencyKey,
) -> ApiResult<Answer<AppPortalAccessOut>> {
    mint(&api, &access, &path.app_id, AppTokenRequest::default(), None).await
}

async fn mint(
    api: &ApiState,
    access: &Access,
    named: &str,
    request: AppTokenRequest,
    application: Option<ApplicationDraft>,
) -> ApiResult<Answer<AppPortalAccessOut>> {
    let config = find_or_make(api, access, named, application).await?;
    let id = config.application.id;
    let token =
        api.tokens.mint_app(access.org(), id, request, api.clock.now()).map_err(ApiError::internal)?;
    Ok(ok(AppPortalAccessOut { url: format!("{}{PORTAL_PATH}", api.public_url), token }))
}
