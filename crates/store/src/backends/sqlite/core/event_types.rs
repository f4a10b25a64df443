//! The `event_type` table.

use hooktide_model::{EventType, EventTypeName, OrgId, Page, PageRequest};
use rusqlite::{Connection, Row, named_params};

use super::fault::Fault;
use super::idempotency::{self, Kind};
use super::rows::{Context, Walk, all, change, first, json, rows_to_read, stale_or_missing, time, to_json};
use crate::{Idempotency, StoreError, Written};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, org, name, description, archived, deprecated, schemas, group_name, feature_flags, ",
            "created_at, updated_at, version FROM event_type ",
            $rest
        )
    };
}

/// One row by primary key: what an idempotency key made.
pub(super) const BY_SEQ: &str = select!("WHERE seq = ?1");

/// One row by the unique index on (org, name).
pub(super) const BY_NAME: &str = select!("WHERE org = ?1 AND name = ?2");

/// Keyset pages in the order of the unique index on (org, name), archived types included.
pub(super) const PAGE_ALL: Walk = Walk {
    up: select!("WHERE org = ?1 AND name > ?2 ORDER BY name LIMIT ?3"),
    down: select!("WHERE org = ?1 AND name < ?2 ORDER BY name DESC LIMIT ?3"),
};

/// Keyset pages in the order of the partial index on (org, name) that leaves archived types out.
pub(super) const PAGE_LIVE: Walk = Walk {
    up: select!("WHERE org = ?1 AND name > ?2 AND archived = 0 ORDER BY name LIMIT ?3"),
    down: select!("WHERE org = ?1 AND name < ?2 AND archived = 0 ORDER BY name DESC LIMIT ?3"),
};

/// The unique index on (org, name) refuses a name in use. The key is SQLite's own and never used twice.
pub(super) const INSERT: &str = "
    INSERT INTO event_type (org, name, description, archived, deprecated, schemas, group_name, feature_flags,
        created_at, updated_at, version)
    VALUES (:org, :name, :description, :archived, :deprecated, :schemas, :group_name, :feature_flags,
        :created_at, :updated_at, :version)";

/// One row by the unique index on (org, name), only in the version that was read.
pub(super) const SAVE: &str = "
    UPDATE event_type SET description = :description, archived = :archived, deprecated = :deprecated,
        schemas = :schemas, group_name = :group_name, feature_flags = :feature_flags, updated_at = :updated_at,
        version = version + 1
    WHERE org = :org AND name = :name AND version = :version
    RETURNING version";

/// One row by the unique index on (org, name).
pub(super) const DELETE: &str = "DELETE FROM event_type WHERE org = ?1 AND name = ?2";

/// Insert an event type, at most once per idempotency key.
pub(super) fn insert(
    connection: &Connection,
    context: &Context,
    event_type: EventType,
    idempotency: Option<Idempotency>,
) -> Result<Written<EventType>, Fault> {
    let current = |seq: i64| first(connection, BY_SEQ, [seq], from_row);
    let write = || {
        let params = named_params! {
            ":org": event_type.org.as_str(),
            ":name": event_type.name.as_str(),
            ":description": event_type.description,
            ":archived": event_type.archived,
            ":deprecated": event_type.deprecated,
            ":schemas": event_type.schemas,
            ":group_name": event_type.group_name,
            ":feature_flags": to_json(&event_type.feature_flags),
            ":created_at": event_type.created_at.unix_ms(),
            ":updated_at": event_type.updated_at.unix_ms(),
            ":version": event_type.version,
        };
        change(connection, INSERT, params).map_err(|fault| fault.taken("name"))?;
        Ok((connection.last_insert_rowid(), event_type))
    };
    idempotency::once(connection, context, idempotency, Kind::EventType, current, write)
}

/// Save an event type in the version that was read.
pub(super) fn save(connection: &Connection, event_type: EventType) -> Result<EventType, Fault> {
    let params = named_params! {
        ":org": event_type.org.as_str(),
        ":name": event_type.name.as_str(),
        ":description": event_type.description,
        ":archived": event_type.archived,
        ":deprecated": event_type.deprecated,
        ":schemas": event_type.schemas,
        ":group_name": event_type.group_name,
        ":feature_flags": to_json(&event_type.feature_flags),
        ":updated_at": event_type.updated_at.unix_ms(),
        ":version": event_type.version,
    };
    match first(connection, SAVE, params, |row| Ok(row.get(0)?))? {
        Some(version) => Ok(EventType { version, ..event_type }),
        None => Err(stale_or_missing(find(connection, &event_type.org, &event_type.name)?.is_some()).into()),
    }
}

/// Remove an event type.
pub(super) fn delete(connection: &Connection, org: &OrgId, name: &EventTypeName) -> Result<(), Fault> {
    match change(connection, DELETE, (org.as_str(), name.as_str()))? {
        0 => Err(StoreError::Missing.into()),
        _ => Ok(()),
    }
}

/// Read one event type.
pub(super) fn find(
    connection: &Connection,
    org: &OrgId,
    name: &EventTypeName,
) -> Result<Option<EventType>, Fault> {
    first(connection, BY_NAME, (org.as_str(), name.as_str()), from_row)
}

/// Read a page of the organisation's event types.
pub(super) fn list(
    connection: &Connection,
    org: &OrgId,
    include_archived: bool,
    page: &PageRequest<EventTypeName>,
) -> Result<Page<EventType>, Fault> {
    let statements = if include_archived { PAGE_ALL } else { PAGE_LIVE };
    let (sql, beyond) = statements.by_name(page);
    let rows = all(connection, sql, (org.as_str(), beyond, rows_to_read(page)), from_row)?;
    Ok(Page::from_walk(page, rows))
}

fn from_row(row: &Row<'_>) -> Result<EventType, Fault> {
    Ok(EventType {
        org: OrgId::trusted(row.get_ref("org")?.as_str().map_err(rusqlite::Error::from)?),
        name: EventTypeName::trusted(row.get_ref("name")?.as_str().map_err(rusqlite::Error::from)?),
        description: row.get("description")?,
        archived: row.get("archived")?,
        deprecated: row.get("deprecated")?,
        schemas: row.get("schemas")?,
        group_name: row.get("group_name")?,
        feature_flags: json(row, "feature_flags")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
        version: row.get("version")?,
    })
}
