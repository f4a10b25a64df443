//! The `endpoint` table. Secrets live in [`super::secrets`] and always travel with their endpoint.

use hooktide_model::{
    AppId, Application, Channel, Endpoint, EndpointId, EventTypeName, Page, PageRequest, Timestamp, Uid,
};
use rusqlite::{Connection, Row, named_params};

use super::fault::Fault;
use super::idempotency::{self, Kind};
use super::rows::{
    Context, Walk, all, bytes, change, first, json, optional_json, optional_time, rows_to_read,
    stale_or_missing, text, time,
};
use super::{applications, secrets};
use crate::backends::common::configuration::{
    EndpointColumns, labels, open_destination, open_headers, open_transformation,
};
use crate::{Idempotency, ObjectRef, StoreError, Written};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, app, uid, url, description, throttle_rate, ordering_key, disabled, event_types, channels, ",
            "metadata, headers, failing_since, created_at, updated_at, version, destination, filter, transformation FROM endpoint ",
            $rest
        )
    };
}

/// One row by primary key, of whichever application: for delivering, which starts from a stored key.
pub(super) const BY_SEQ: &str = select!("WHERE seq = ?1");

/// One row by primary key; the application is checked, so that another's id finds nothing.
pub(super) const BY_ID: &str = select!("WHERE seq = ?1 AND app = ?2");

/// One row by the unique index on (app, uid).
pub(super) const BY_UID: &str = select!("WHERE app = ?1 AND uid = ?2");

/// An application's endpoints by the index on (app, seq). On the publish path after a cache miss.
pub(super) const ALL: &str = select!("WHERE app = ?1 ORDER BY seq");

/// Keyset pages in the order of the index on (app, seq): a page costs its rows, wherever it lies.
pub(super) const PAGE: Walk = Walk {
    up: select!("WHERE app = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"),
    down: select!("WHERE app = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3"),
};

/// The unique index on (app, uid) refuses a uid in use, the reference to `application` one without its owner.
pub(super) const INSERT: &str = "
    INSERT INTO endpoint (seq, app, uid, url, description, throttle_rate, ordering_key, disabled, event_types, channels,
        metadata, headers, failing_since, created_at, updated_at, version, destination, filter, transformation)
    VALUES (:seq, :app, :uid, :url, :description, :throttle_rate, :ordering_key, :disabled, :event_types, :channels,
        :metadata, :headers, :failing_since, :created_at, :updated_at, :version, :destination, :filter, :transformation)";

/// One row by primary key, only in the version that was read: of two saves the second finds nothing.
///
/// `failing_since` is the delivering side's, which does not count versions: a save keeps it, so that an edit made
/// meanwhile does not restart the window; switching on again clears it.
pub(super) const SAVE: &str = "
    UPDATE endpoint SET uid = :uid, url = :url, description = :description, throttle_rate = :throttle_rate,
        ordering_key = :ordering_key,
        disabled = :disabled, event_types = :event_types, channels = :channels, metadata = :metadata,
        headers = :headers, destination = :destination, filter = :filter, transformation = :transformation,
        updated_at = :updated_at, version = version + 1,
        failing_since = CASE WHEN disabled AND NOT :disabled THEN NULL ELSE failing_since END
    WHERE seq = :seq AND app = :app AND version = :version
    RETURNING version, failing_since";

/// One row by primary key; its secrets go with it by their primary key.
pub(super) const DELETE: &str = "DELETE FROM endpoint WHERE seq = ?1 AND app = ?2";

/// One row by primary key. Leaves the version alone: it is no edit, and must not make one stale.
pub(super) const NOTE_FAILING: &str = "UPDATE endpoint SET failing_since = ?2 WHERE seq = ?1";

/// One row by primary key, only while it is on: of two that switch it off, one did. Counts as an edit.
pub(super) const DISABLE: &str = "UPDATE endpoint SET disabled = 1, updated_at = ?2, version = version + 1 WHERE seq = ?1 AND NOT disabled";

/// Insert an endpoint, at most once per idempotency key.
pub(super) fn insert(
    connection: &Connection,
    context: &Context,
    endpoint: Endpoint,
    idempotency: Option<Idempotency>,
) -> Result<Written<Endpoint>, Fault> {
    let current = |seq| by_seq(connection, context, seq);
    let write = || insert_row(connection, context, endpoint);
    idempotency::once(connection, context, idempotency, Kind::Endpoint, current, write)
}

fn insert_row(
    connection: &Connection,
    context: &Context,
    endpoint: Endpoint,
) -> Result<(i64, Endpoint), Fault> {
    let seq = context.minted(endpoint.id)?;
    let row = EndpointColumns::of(&endpoint, seq, &context.vault);
    let params = named_params! {
        ":seq": seq,
        ":app": context.existing(endpoint.app)?,
        ":uid": endpoint.uid.as_ref().map(Uid::as_str),
        ":url": endpoint.url,
        ":description": endpoint.description,
        ":throttle_rate": endpoint.throttle_rate,
        ":ordering_key": endpoint.ordering_key,
        ":disabled": endpoint.disabled,
        ":event_types": row.event_types,
        ":channels": row.channels,
        ":metadata": row.metadata,
        ":headers": row.headers,
        ":destination": row.destination,
        ":filter": row.filter,
        ":transformation": row.transformation,
        ":failing_since": endpoint.failing_since.map(Timestamp::unix_ms),
        ":created_at": endpoint.created_at.unix_ms(),
        ":updated_at": endpoint.updated_at.unix_ms(),
        ":version": endpoint.version,
    };
    change(connection, INSERT, params).map_err(|fault| fault.taken("uid").orphaned())?;
    secrets::replace(connection, context, seq, &endpoint.secrets)?;
    Ok((seq, endpoint))
}

/// Save an endpoint in the version that was read, at most once per idempotency key.
pub(super) fn save(
    connection: &Connection,
    context: &Context,
    endpoint: Endpoint,
    idempotency: Option<Idempotency>,
) -> Result<Written<Endpoint>, Fault> {
    let current = |seq| by_seq(connection, context, seq);
    let write = || save_row(connection, context, endpoint);
    idempotency::once(connection, context, idempotency, Kind::Endpoint, current, write)
}

fn save_row(
    connection: &Connection,
    context: &Context,
    endpoint: Endpoint,
) -> Result<(i64, Endpoint), Fault> {
    let seq = context.existing(endpoint.id)?;
    let row = EndpointColumns::of(&endpoint, seq, &context.vault);
    let params = named_params! {
        ":seq": seq,
        ":app": context.existing(endpoint.app)?,
        ":uid": endpoint.uid.as_ref().map(Uid::as_str),
        ":url": endpoint.url,
        ":description": endpoint.description,
        ":throttle_rate": endpoint.throttle_rate,
        ":ordering_key": endpoint.ordering_key,
        ":disabled": endpoint.disabled,
        ":event_types": row.event_types,
        ":channels": row.channels,
        ":metadata": row.metadata,
        ":headers": row.headers,
        ":destination": row.destination,
        ":filter": row.filter,
        ":transformation": row.transformation,
        ":updated_at": endpoint.updated_at.unix_ms(),
        ":version": endpoint.version,
    };
    let read = |row: &Row<'_>| Ok((row.get("version")?, optional_time(row, "failing_since")?));
    let saved = first(connection, SAVE, params, read).map_err(|fault| fault.taken("uid"))?;
    let Some((version, failing_since)) = saved else {
        let id = ObjectRef::Id(endpoint.id);
        return Err(stale_or_missing(find(connection, context, endpoint.app, &id)?.is_some()).into());
    };
    secrets::replace(connection, context, seq, &endpoint.secrets)?;
    Ok((seq, Endpoint { version, failing_since, ..endpoint }))
}

/// Delete an endpoint and its secrets.
pub(super) fn delete(
    connection: &Connection,
    context: &Context,
    app: AppId,
    endpoint: EndpointId,
) -> Result<(), Fault> {
    match change(connection, DELETE, (context.existing(endpoint)?, context.existing(app)?))? {
        0 => Err(StoreError::Missing.into()),
        _ => Ok(()),
    }
}

/// Read one endpoint of the application.
pub(super) fn find(
    connection: &Connection,
    context: &Context,
    app: AppId,
    endpoint: &ObjectRef<EndpointId>,
) -> Result<Option<Endpoint>, Fault> {
    let Some(app) = context.known(app) else { return Ok(None) };
    let read = |row: &Row<'_>| from_row(row, context);
    let found = match endpoint {
        ObjectRef::Id(id) => match context.known(*id) {
            Some(seq) => first(connection, BY_ID, (seq, app), read)?,
            None => None,
        },
        ObjectRef::Uid(uid) => first(connection, BY_UID, (app, uid.as_str()), read)?,
    };
    with_own_secrets(connection, context, found)
}

/// Read the endpoint with that key.
pub(super) fn by_seq(
    connection: &Connection,
    context: &Context,
    seq: i64,
) -> Result<Option<Endpoint>, Fault> {
    let found = first(connection, BY_SEQ, [seq], |row| from_row(row, context))?;
    with_own_secrets(connection, context, found)
}

/// Read the endpoint with that key, and its application.
pub(super) fn with_application(
    connection: &Connection,
    context: &Context,
    seq: i64,
) -> Result<Option<(Endpoint, Application)>, Fault> {
    let Some(endpoint) = by_seq(connection, context, seq)? else { return Ok(None) };
    let application = applications::by_seq(connection, context, endpoint.app.seq().0)?;
    Ok(application.map(|application| (endpoint, application)))
}

/// Read all endpoints of an application.
pub(super) fn of_application(
    connection: &Connection,
    context: &Context,
    app: AppId,
) -> Result<Vec<Endpoint>, Fault> {
    let Some(seq) = context.known(app) else { return Ok(Vec::new()) };
    let endpoints = all(connection, ALL, [seq], |row| from_row(row, context))?;
    with_secrets(connection, context, seq, endpoints)
}

/// Read a page of an application's endpoints.
pub(super) fn list(
    connection: &Connection,
    context: &Context,
    app: AppId,
    page: &PageRequest<EndpointId>,
) -> Result<Page<Endpoint>, Fault> {
    let Some(app) = context.known(app) else { return Ok(Page::from_walk(page, Vec::new())) };
    let (sql, beyond) = PAGE.by_id(page);
    let endpoints = all(connection, sql, (app, beyond, rows_to_read(page)), |row| from_row(row, context))?;
    Ok(Page::from_walk(page, with_secrets(connection, context, app, endpoints)?))
}

/// Note since when deliveries fail without a break. An endpoint that is gone needs no note.
pub(super) fn note_failing(connection: &Connection, seq: i64, since: Option<Timestamp>) -> Result<(), Fault> {
    change(connection, NOTE_FAILING, (seq, since.map(Timestamp::unix_ms))).map(|_| ())
}

/// Switch an endpoint off; whether it was on.
pub(super) fn disable(connection: &Connection, seq: i64, now: Timestamp) -> Result<bool, Fault> {
    Ok(change(connection, DISABLE, (seq, now.unix_ms()))? > 0)
}

fn with_own_secrets(
    connection: &Connection,
    context: &Context,
    endpoint: Option<Endpoint>,
) -> Result<Option<Endpoint>, Fault> {
    let Some(endpoint) = endpoint else { return Ok(None) };
    let app = endpoint.app.seq().0;
    Ok(with_secrets(connection, context, app, vec![endpoint])?.pop())
}

/// Put the secrets to endpoints of one application: one statement for all of them.
fn with_secrets(
    connection: &Connection,
    context: &Context,
    app: i64,
    mut endpoints: Vec<Endpoint>,
) -> Result<Vec<Endpoint>, Fault> {
    let seqs = || endpoints.iter().map(|endpoint| endpoint.id.seq().0);
    let (Some(from), Some(to)) = (seqs().min(), seqs().max()) else { return Ok(endpoints) };
    let mut secrets = secrets::of_endpoints(connection, context, app, from, to)?;
    for endpoint in &mut endpoints {
        endpoint.secrets = secrets.remove(&endpoint.id.seq().0).unwrap_or_default();
    }
    Ok(endpoints)
}

fn from_row(row: &Row<'_>, context: &Context) -> Result<Endpoint, Fault> {
    let seq = row.get("seq")?;
    Ok(Endpoint {
        id: context.id(seq),
        app: context.id(row.get("app")?),
        uid: row.get::<_, Option<String>>("uid")?.map(|uid| Uid::trusted(&uid)),
        url: row.get("url")?,
        destination: open_destination(&context.vault, seq, bytes(row, "destination")?)?,
        description: row.get("description")?,
        throttle_rate: row.get("throttle_rate")?,
        ordering_key: row.get("ordering_key")?,
        disabled: row.get("disabled")?,
        event_types: labels(text(row, "event_types")?, "event_types", EventTypeName::trusted)?,
        channels: labels(text(row, "channels")?, "channels", Channel::trusted)?,
        filter: optional_json(row, "filter")?,
        transformation: open_transformation(&context.vault, seq, bytes(row, "transformation")?)?,
        metadata: json(row, "metadata")?,
        headers: open_headers(&context.vault, seq, bytes(row, "headers")?)?,
        secrets: Vec::new(),
        failing_since: optional_time(row, "failing_since")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
        version: row.get("version")?,
    })
}
