//! The secret that a provider handed over in its handshake. Some providers want it typed in at their side.

use axum::extract::State;
use hooktide_verify::LEARNT;

use super::params::SourcePath;
use super::source;
use crate::auth::OrgAccess;
use crate::extract::Path;
use crate::openapi::Errors;
use crate::respond::{Answer, ApiResult, ok};
use crate::state::ApiState;
use crate::wire::source::LearntSecretOut;

/// Get the secret that the provider handed over in its handshake: Notion shows it nowhere and wants it confirmed.
/// Secrets that were configured are never shown.
#[utoipa::path(
    get, path = "/ingest/api/v1/source/{source_id}/learnt-secret", operation_id = "v1.ingest.source.get-learnt-secret",
    tag = "Ingest Source", params(SourcePath), responses((status = 200, body = LearntSecretOut), Errors)
)]
pub(crate) async fn learnt(
    State(api): State<ApiState>,
    OrgAccess(org): OrgAccess,
    Path(path): Path<SourcePath>,
) -> ApiResult<Answer<LearntSecretOut>> {
    let source = source::find(&api, &org, &path.source_id).await?;
    let secret = source.secrets.into_iter().find(|secret| secret.id == LEARNT);
    Ok(ok(LearntSecretOut { secret: secret.map(|secret| secret.text) }))
}
