//! Read, change, save: configuration is saved only if nobody else saved in between, else all of it is done again.
//! After each save the flow is told, so that the next message already sees the change.

use hooktide_model::{
    AppId, Application, Endpoint, EndpointId, EventType, EventTypeName, OrgId, Seq, Source, SourceId,
};
use hooktide_store::{Idempotency, ObjectRef, StoreError, Written};

use crate::error::ApiError;
use crate::respond::ApiResult;
use crate::state::ApiState;

/// How often a save that met another one is done again.
const SAVE_TRIES: usize = 5;

/// Change an application. `change` is called with the row as it is; it may be called again.
///
/// # Errors
/// 404 when there is none, 409 when others kept changing it, and what `change` says.
pub(crate) async fn application(
    api: &ApiState,
    org: &OrgId,
    named: &ObjectRef<AppId>,
    change: impl Fn(&mut Application) -> ApiResult<()> + Send + Sync,
) -> ApiResult<Application> {
    for _ in 0..SAVE_TRIES {
        let found = api.store.application(org, named).await?;
        let before = found.ok_or_else(|| ApiError::not_found("application"))?;
        let mut after = before.clone();
        change(&mut after)?;
        after.updated_at = api.clock.now();
        // Read before the save: once that is committed, telling the flow must not fail.
        let paced = match before.throttle_rate == after.throttle_rate {
            true => Vec::new(),
            false => endpoint_seqs(api, before.id).await?,
        };
        match api.store.save_application(after).await {
            Ok(saved) => {
                api.pipeline.application_changed(&[&before, &saved], paced.into_iter());
                return Ok(saved);
            }
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Stale.into())
}

async fn endpoint_seqs(api: &ApiState, app: AppId) -> ApiResult<Vec<Seq>> {
    Ok(api.store.all_endpoints(app).await?.iter().map(|endpoint| endpoint.id.seq()).collect())
}

/// Change an endpoint of an application; see [`application`].
///
/// # Errors
/// As [`application`].
pub(crate) async fn endpoint(
    api: &ApiState,
    owner: &Application,
    named: &ObjectRef<EndpointId>,
    idempotency: Option<Idempotency>,
    change: impl Fn(&mut Endpoint) -> ApiResult<()> + Send + Sync,
) -> ApiResult<Endpoint> {
    for _ in 0..SAVE_TRIES {
        let found = api.store.endpoint(owner.id, named).await?;
        let mut row = found.ok_or_else(|| ApiError::not_found("endpoint"))?;
        change(&mut row)?;
        row.updated_at = api.clock.now();
        match api.store.save_endpoint(row, idempotency).await {
            Ok(Written::New(saved)) => {
                api.pipeline.endpoint_changed(owner, saved.id.seq());
                return Ok(saved);
            }
            Ok(Written::Replayed(saved)) => return Ok(saved),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Stale.into())
}

/// Change a source; see [`application`].
///
/// # Errors
/// As [`application`].
pub(crate) async fn source(
    api: &ApiState,
    org: &OrgId,
    named: &ObjectRef<SourceId>,
    idempotency: Option<Idempotency>,
    change: impl Fn(&mut Source) -> ApiResult<()> + Send + Sync,
) -> ApiResult<Source> {
    for _ in 0..SAVE_TRIES {
        let found = api.store.source(org, named).await?;
        let before = found.ok_or_else(|| ApiError::not_found("source"))?;
        let mut after = before.clone();
        change(&mut after)?;
        after.updated_at = api.clock.now();
        match api.store.save_source(after, idempotency).await {
            Ok(Written::New(saved)) => {
                api.pipeline.source_changed(&[&before, &saved]);
                return Ok(saved);
            }
            Ok(Written::Replayed(saved)) => return Ok(saved),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Stale.into())
}

/// Change an event type; see [`application`].
///
/// # Errors
/// As [`application`].
pub(crate) async fn event_type(
    api: &ApiState,
    org: &OrgId,
    name: &EventTypeName,
    change: impl Fn(&mut EventType) -> ApiResult<()> + Send + Sync,
) -> ApiResult<EventType> {
    for _ in 0..SAVE_TRIES {
        let found = api.store.event_type(org, name).await?;
        let mut row = found.ok_or_else(|| ApiError::not_found("event type"))?;
        change(&mut row)?;
        row.updated_at = api.clock.now();
        match api.store.save_event_type(row).await {
            Ok(saved) => return Ok(saved),
            Err(StoreError::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Stale.into())
}
