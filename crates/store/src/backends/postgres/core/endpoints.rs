//! The `endpoint` table. Secrets live in [`super::secrets`] and always travel with their endpoint.

use deadpool_postgres::GenericClient;
use hooktide_model::{
    AppId, Application, Channel, Endpoint, EndpointId, EventTypeName, Page, PageRequest, Timestamp, Uid,
};
use tokio_postgres::Row;

use super::applications::{self, application_columns};
use super::idempotency::{self, Claim, Kind};
use super::rows::{Cells, Context, Fault, Walk, all, change, first, rate, rows_to_read, stale_or_missing};
use super::secrets::{self, secret_columns, with_secrets};
use crate::backends::common::configuration::{
    EndpointColumns, labels, open_destination, open_headers, open_transformation,
};
use crate::{Idempotency, ObjectRef, StoreError, Written};

/// The columns in the order in which [`from_cells`] reads them.
macro_rules! endpoint_columns {
    () => {
        concat!(
            "endpoint.seq, endpoint.app, endpoint.uid, endpoint.url, endpoint.destination, endpoint.description, \
             endpoint.throttle_rate, endpoint.ordering_key, endpoint.disabled, endpoint.event_types, \
             endpoint.channels, endpoint.filter, endpoint.transformation, endpoint.metadata, endpoint.headers, ",
            secret_columns!(),
            ", endpoint.failing_since, endpoint.created_at, endpoint.updated_at, endpoint.version"
        )
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", endpoint_columns!(), " FROM endpoint ", with_secrets!(), $rest)
    };
}

/// One row by primary key, of whichever application: for keys that were remembered with it.
pub(super) const BY_SEQ: &str = select!("WHERE endpoint.seq = $1");

/// One row by primary key and its application by its own: for delivering, which starts from a stored key.
pub(super) const WITH_APPLICATION: &str = concat!(
    "SELECT ",
    endpoint_columns!(),
    ", ",
    application_columns!(),
    " FROM endpoint JOIN application ON application.seq = endpoint.app ",
    with_secrets!(),
    "WHERE endpoint.seq = $1"
);

/// One row by primary key; the application is checked, so that another's id finds nothing.
pub(super) const BY_ID: &str = select!("WHERE endpoint.seq = $1 AND endpoint.app = $2");

/// One row by the unique index on (app, uid).
pub(super) const BY_UID: &str = select!("WHERE endpoint.app = $1 AND endpoint.uid = $2");

/// An application's endpoints by the index on (app, seq). On the publish path after a cache miss.
pub(super) const ALL: &str = select!("WHERE endpoint.app = $1 ORDER BY endpoint.seq");

/// Keyset pages in the order of the index on (app, seq): a page costs its rows, wherever it lies.
pub(super) const PAGE: Walk = Walk {
    up: select!("WHERE endpoint.app = $1 AND endpoint.seq > $2 ORDER BY endpoint.seq LIMIT $3"),
    down: select!("WHERE endpoint.app = $1 AND endpoint.seq < $2 ORDER BY endpoint.seq DESC LIMIT $3"),
};

/// The unique index on (app, uid) refuses a uid in use, the reference to `application` one without its owner: one that
/// is being deleted is waited for.
pub(super) const INSERT: &str = "
    INSERT INTO endpoint (seq, app, uid, url, description, throttle_rate, ordering_key, disabled, event_types, channels,
        filter, metadata, headers, destination, transformation, failing_since, created_at, updated_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

/// One row by primary key, only in the version that was read: of two saves, on whichever nodes, the second waits for
/// the row and then finds another version.
///
/// `failing_since` is the delivering side's, which does not count versions: a save keeps it, so that an edit made
/// meanwhile does not restart the window; switching on again clears it.
pub(super) const SAVE: &str = "
    UPDATE endpoint SET uid = $1, url = $2, description = $3, throttle_rate = $4, ordering_key = $5, disabled = $6,
        event_types = $7, channels = $8, filter = $9, metadata = $10, headers = $11, destination = $12,
        transformation = $13, updated_at = $14, version = version + 1,
        failing_since = CASE WHEN disabled AND NOT $6 THEN NULL ELSE failing_since END
    WHERE seq = $15 AND app = $16 AND version = $17
    RETURNING version, failing_since";

/// One row by primary key; its secrets go with it by their primary key.
pub(super) const DELETE: &str = "DELETE FROM endpoint WHERE seq = $1 AND app = $2";

/// One row by primary key. Leaves the version alone: it is no edit, and must not make one stale. Nodes note for
/// themselves, so the earliest note stays; what changes nothing is not written.
pub(super) const NOTE_FAILING: &str = "
    UPDATE endpoint SET failing_since = $2 WHERE seq = $1
        AND CASE WHEN $2::BIGINT IS NULL THEN failing_since IS NOT NULL
            ELSE failing_since IS NULL OR failing_since > $2 END";

/// One row by primary key, only while it is on: of two that switch it off, one did. Counts as an edit.
pub(super) const DISABLE: &str = "UPDATE endpoint SET disabled = TRUE, updated_at = $2, version = version + 1 WHERE seq = $1 AND NOT disabled";

/// The unique index that holds uids.
const UID_INDEX: &str = "endpoint_uid";
/// The reference to the application.
const OWNER: &str = "endpoint_of_app";

/// Insert an endpoint, at most once per idempotency key.
pub(super) async fn insert(
    client: &impl GenericClient,
    context: &Context,
    endpoint: Endpoint,
    idempotency: Option<Idempotency>,
) -> Result<Written<Endpoint>, Fault> {
    let seq = context.minted(endpoint.id)?;
    if let Claim::Seen(seq) = idempotency::claim(client, context, idempotency, Kind::Endpoint, seq).await? {
        return Ok(Written::Replayed(by_seq(client, context, seq).await?.ok_or(StoreError::Missing)?));
    }
    let row = EndpointColumns::of(&endpoint, seq, &context.vault);
    let inserted = change(
        client,
        INSERT,
        &[
            &seq,
            &context.existing(endpoint.app)?,
            &endpoint.uid.as_ref().map(Uid::as_str),
            &endpoint.url,
            &endpoint.description,
            &rate(endpoint.throttle_rate),
            &endpoint.ordering_key,
            &endpoint.disabled,
            &row.event_types,
            &row.channels,
            &row.filter,
            &row.metadata,
            &row.headers,
            &row.destination,
            &row.transformation,
            &endpoint.failing_since.map(Timestamp::unix_ms),
            &endpoint.created_at.unix_ms(),
            &endpoint.updated_at.unix_ms(),
            &endpoint.version,
        ],
    )
    .await;
    inserted.map_err(|fault| fault.taken(UID_INDEX, "uid").orphaned(OWNER))?;
    secrets::insert(client, context, seq, &endpoint.secrets).await?;
    Ok(Written::New(endpoint))
}

/// Save an endpoint in the version that was read, at most once per idempotency key.
pub(super) async fn save(
    client: &impl GenericClient,
    context: &Context,
    endpoint: Endpoint,
    idempotency: Option<Idempotency>,
) -> Result<Written<Endpoint>, Fault> {
    let seq = context.existing(endpoint.id)?;
    if let Claim::Seen(seq) = idempotency::claim(client, context, idempotency, Kind::Endpoint, seq).await? {
        return Ok(Written::Replayed(by_seq(client, context, seq).await?.ok_or(StoreError::Missing)?));
    }
    let row = EndpointColumns::of(&endpoint, seq, &context.vault);
    let saved = first(
        client,
        SAVE,
        &[
            &endpoint.uid.as_ref().map(Uid::as_str),
            &endpoint.url,
            &endpoint.description,
            &rate(endpoint.throttle_rate),
            &endpoint.ordering_key,
            &endpoint.disabled,
            &row.event_types,
            &row.channels,
            &row.filter,
            &row.metadata,
            &row.headers,
            &row.destination,
            &row.transformation,
            &endpoint.updated_at.unix_ms(),
            &seq,
            &context.existing(endpoint.app)?,
            &endpoint.version,
        ],
    )
    .await;
    let Some(saved) = saved.map_err(|fault| fault.taken(UID_INDEX, "uid"))? else {
        let id = ObjectRef::Id(endpoint.id);
        return Err(stale_or_missing(find(client, context, endpoint.app, &id).await?.is_some()).into());
    };
    secrets::replace(client, context, seq, &endpoint.secrets).await?;
    let mut cells = Cells::of(&saved);
    let (version, failing_since) = (cells.take()?, cells.optional_time()?);
    Ok(Written::New(Endpoint { version, failing_since, ..endpoint }))
}

/// Delete an endpoint and its secrets.
pub(super) async fn delete(
    client: &impl GenericClient,
    context: &Context,
    app: AppId,
    endpoint: EndpointId,
) -> Result<(), Fault> {
    match change(client, DELETE, &[&context.existing(endpoint)?, &context.existing(app)?]).await? {
        0 => Err(StoreError::Missing.into()),
        _ => Ok(()),
    }
}

/// Read one endpoint of the application.
pub(super) async fn find(
    client: &impl GenericClient,
    context: &Context,
    app: AppId,
    endpoint: &ObjectRef<EndpointId>,
) -> Result<Option<Endpoint>, Fault> {
    let Some(app) = context.known(app) else { return Ok(None) };
    let found = match endpoint {
        ObjectRef::Id(id) => match context.known(*id) {
            Some(seq) => first(client, BY_ID, &[&seq, &app]).await?,
            None => None,
        },
        ObjectRef::Uid(uid) => first(client, BY_UID, &[&app, &uid.as_str()]).await?,
    };
    found.map(|row| from_row(&row, context)).transpose()
}

/// Read the endpoint with that key.
async fn by_seq(client: &impl GenericClient, context: &Context, seq: i64) -> Result<Option<Endpoint>, Fault> {
    first(client, BY_SEQ, &[&seq]).await?.map(|row| from_row(&row, context)).transpose()
}

/// Read the endpoint with that key, and its application.
pub(super) async fn with_application(
    client: &impl GenericClient,
    context: &Context,
    seq: i64,
) -> Result<Option<(Endpoint, Application)>, Fault> {
    let Some(row) = first(client, WITH_APPLICATION, &[&seq]).await? else { return Ok(None) };
    let mut cells = Cells::of(&row);
    let endpoint = from_cells(&mut cells, context)?;
    Ok(Some((endpoint, applications::from_cells(&mut cells, context)?)))
}

/// Read all endpoints of an application.
pub(super) async fn of_application(
    client: &impl GenericClient,
    context: &Context,
    app: AppId,
) -> Result<Vec<Endpoint>, Fault> {
    let Some(app) = context.known(app) else { return Ok(Vec::new()) };
    all(client, ALL, &[&app]).await?.iter().map(|row| from_row(row, context)).collect()
}

/// Read a page of an application's endpoints.
pub(super) async fn list(
    client: &impl GenericClient,
    context: &Context,
    app: AppId,
    page: &PageRequest<EndpointId>,
) -> Result<Page<Endpoint>, Fault> {
    let Some(app) = context.known(app) else { return Ok(Page::from_walk(page, Vec::new())) };
    let (sql, beyond) = PAGE.by_id(page);
    let rows = all(client, sql, &[&app, &beyond, &rows_to_read(page)]).await?;
    let rows: Result<Vec<_>, _> = rows.iter().map(|row| from_row(row, context)).collect();
    Ok(Page::from_walk(page, rows?))
}

/// Note since when deliveries fail without a break. An endpoint that is gone needs no note.
pub(super) async fn note_failing(
    client: &impl GenericClient,
    seq: i64,
    since: Option<Timestamp>,
) -> Result<(), Fault> {
    change(client, NOTE_FAILING, &[&seq, &since.map(Timestamp::unix_ms)]).await.map(|_| ())
}

/// Switch an endpoint off; whether it was on.
pub(super) async fn disable(client: &impl GenericClient, seq: i64, now: Timestamp) -> Result<bool, Fault> {
    Ok(change(client, DISABLE, &[&seq, &now.unix_ms()]).await? > 0)
}

fn from_row(row: &Row, context: &Context) -> Result<Endpoint, Fault> {
    from_cells(&mut Cells::of(row), context)
}

/// Read an endpoint with its secrets from their columns.
fn from_cells(cells: &mut Cells<'_>, context: &Context) -> Result<Endpoint, Fault> {
    let (seq, vault) = (cells.take()?, &context.vault);
    Ok(Endpoint {
        id: context.id(seq),
        app: context.id(cells.take()?),
        uid: cells.take::<Option<&str>>()?.map(Uid::trusted),
        url: cells.take()?,
        destination: open_destination(vault, seq, cells.take()?)?,
        description: cells.take()?,
        throttle_rate: cells.rate("throttle_rate")?,
        ordering_key: cells.take()?,
        disabled: cells.take()?,
        event_types: labels(cells.take()?, "event_types", EventTypeName::trusted)?,
        channels: labels(cells.take()?, "channels", Channel::trusted)?,
        filter: cells.optional_json("filter")?,
        transformation: open_transformation(vault, seq, cells.take()?)?,
        metadata: cells.json("metadata")?,
        headers: open_headers(vault, seq, cells.take()?)?,
        secrets: secrets::from_cells(cells, context, seq)?,
        failing_since: cells.optional_time()?,
        created_at: cells.time()?,
        updated_at: cells.time()?,
        version: cells.take()?,
    })
}
