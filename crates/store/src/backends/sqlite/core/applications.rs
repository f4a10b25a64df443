//! The `application` table.

use hooktide_model::{AppId, Application, OrgId, Page, PageRequest, Uid};
use rusqlite::{Connection, Row, named_params};

use super::fault::Fault;
use super::idempotency::{self, Kind};
use super::rows::{Context, Walk, all, change, first, json, rows_to_read, stale_or_missing, time, to_json};
use crate::{Idempotency, ObjectRef, StoreError, Written};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, org, uid, name, throttle_rate, metadata, created_at, updated_at, version FROM application ",
            $rest
        )
    };
}

/// One row by primary key, of whichever organisation: for steps that come from a row that was already theirs.
pub(super) const BY_SEQ: &str = select!("WHERE seq = ?1");

/// One row by primary key; the organisation is checked, so that another's id finds nothing. Nor does the id of one
/// that a source owns.
pub(super) const BY_ID: &str = select!("WHERE seq = ?1 AND org = ?2 AND kind = 0");

/// One row by the unique index on (org, uid).
pub(super) const BY_UID: &str = select!("WHERE org = ?1 AND uid = ?2");

/// Keyset pages in the order of the index on (org, seq) of listed ones: a page costs its rows, wherever it lies.
pub(super) const PAGE: Walk = Walk {
    up: select!("WHERE org = ?1 AND kind = 0 AND seq > ?2 ORDER BY seq LIMIT ?3"),
    down: select!("WHERE org = ?1 AND kind = 0 AND seq < ?2 ORDER BY seq DESC LIMIT ?3"),
};

/// The unique index on (org, uid) refuses a uid in use.
pub(super) const INSERT: &str = "
    INSERT INTO application (seq, org, uid, name, throttle_rate, metadata, created_at, updated_at, version)
    VALUES (:seq, :org, :uid, :name, :throttle_rate, :metadata, :created_at, :updated_at, :version)";

/// One row by primary key, only in the version that was read: of two saves the second finds nothing.
pub(super) const SAVE: &str = "
    UPDATE application SET uid = :uid, name = :name, throttle_rate = :throttle_rate, metadata = :metadata,
        updated_at = :updated_at, version = version + 1
    WHERE seq = :seq AND org = :org AND kind = 0 AND version = :version
    RETURNING version";

/// One row by primary key; endpoints and their secrets go with it in the same transaction, by their indexes.
pub(super) const DELETE: &str = "DELETE FROM application WHERE seq = ?1 AND org = ?2 AND kind = 0";

/// Insert an application, at most once per idempotency key.
pub(super) fn insert(
    connection: &Connection,
    context: &Context,
    application: Application,
    idempotency: Option<Idempotency>,
) -> Result<Written<Application>, Fault> {
    let current = |seq| by_seq(connection, context, seq);
    let write = || {
        let seq = context.minted(application.id)?;
        change(
            connection,
            INSERT,
            named_params! {
                ":seq": seq,
                ":org": application.org.as_str(),
                ":uid": application.uid.as_ref().map(Uid::as_str),
                ":name": application.name,
                ":throttle_rate": application.throttle_rate,
                ":metadata": to_json(&application.metadata),
                ":created_at": application.created_at.unix_ms(),
                ":updated_at": application.updated_at.unix_ms(),
                ":version": application.version,
            },
        )
        .map_err(|fault| fault.taken("uid"))?;
        Ok((seq, application))
    };
    idempotency::once(connection, context, idempotency, Kind::Application, current, write)
}

/// Save an application in the version that was read.
pub(super) fn save(
    connection: &Connection,
    context: &Context,
    application: Application,
) -> Result<Application, Fault> {
    let seq = context.existing(application.id)?;
    let params = named_params! {
        ":seq": seq,
        ":org": application.org.as_str(),
        ":uid": application.uid.as_ref().map(Uid::as_str),
        ":name": application.name,
        ":throttle_rate": application.throttle_rate,
        ":metadata": to_json(&application.metadata),
        ":updated_at": application.updated_at.unix_ms(),
        ":version": application.version,
    };
    match first(connection, SAVE, params, |row| Ok(row.get(0)?)).map_err(|fault| fault.taken("uid"))? {
        Some(version) => Ok(Application { version, ..application }),
        None => {
            let id = ObjectRef::Id(application.id);
            Err(stale_or_missing(find(connection, context, &application.org, &id)?.is_some()).into())
        }
    }
}

/// Delete an application and all that belongs to it.
pub(super) fn delete(
    connection: &Connection,
    context: &Context,
    org: &OrgId,
    app: AppId,
) -> Result<(), Fault> {
    match change(connection, DELETE, (context.existing(app)?, org.as_str()))? {
        0 => Err(StoreError::Missing.into()),
        _ => Ok(()),
    }
}

/// Read the application with that key.
pub(super) fn by_seq(
    connection: &Connection,
    context: &Context,
    seq: i64,
) -> Result<Option<Application>, Fault> {
    first(connection, BY_SEQ, [seq], |row| from_row(row, context))
}

/// Read one application of the organisation.
pub(super) fn find(
    connection: &Connection,
    context: &Context,
    org: &OrgId,
    app: &ObjectRef<AppId>,
) -> Result<Option<Application>, Fault> {
    let read = |row: &Row<'_>| from_row(row, context);
    match app {
        ObjectRef::Id(id) => match context.known(*id) {
            Some(seq) => first(connection, BY_ID, (seq, org.as_str()), read),
            None => Ok(None),
        },
        ObjectRef::Uid(uid) => first(connection, BY_UID, (org.as_str(), uid.as_str()), read),
    }
}

/// Read a page of the organisation's applications.
pub(super) fn list(
    connection: &Connection,
    context: &Context,
    org: &OrgId,
    page: &PageRequest<AppId>,
) -> Result<Page<Application>, Fault> {
    let (sql, beyond) = PAGE.by_id(page);
    let params = (org.as_str(), beyond, rows_to_read(page));
    let rows = all(connection, sql, params, |row| from_row(row, context))?;
    Ok(Page::from_walk(page, rows))
}

fn from_row(row: &Row<'_>, context: &Context) -> Result<Application, Fault> {
    Ok(Application {
        id: context.id(row.get("seq")?),
        org: OrgId::trusted(row.get_ref("org")?.as_str().map_err(rusqlite::Error::from)?),
        uid: row.get::<_, Option<String>>("uid")?.map(|uid| Uid::trusted(&uid)),
        name: row.get("name")?,
        throttle_rate: row.get("throttle_rate")?,
        metadata: json(row, "metadata")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
        version: row.get("version")?,
    })
}
