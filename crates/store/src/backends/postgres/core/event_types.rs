//! The `event_type` table.

use deadpool_postgres::GenericClient;
use hooktide_model::{EventType, EventTypeName, OrgId, Page, PageRequest};
use tokio_postgres::Row;

use super::idempotency::{self, Claim, Kind};
use super::rows::{Cells, Context, Fault, Walk, all, change, first, rows_to_read, stale_or_missing, to_json};
use crate::{Idempotency, StoreError, Written};

/// The columns in the order in which [`from_row`] reads them.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT org, name, description, archived, deprecated, schemas, group_name, feature_flags, ",
            "created_at, updated_at, version FROM event_type ",
            $rest
        )
    };
}

/// One row by primary key: what an idempotency key made.
pub(super) const BY_SEQ: &str = select!("WHERE seq = $1");

/// One row by the unique index on (org, name).
pub(super) const BY_NAME: &str = select!("WHERE org = $1 AND name = $2");

/// Keyset pages in the order of the unique index on (org, name), archived types included.
pub(super) const PAGE_ALL: Walk = Walk {
    up: select!("WHERE org = $1 AND name > $2 ORDER BY name LIMIT $3"),
    down: select!("WHERE org = $1 AND name < $2 ORDER BY name DESC LIMIT $3"),
};

/// Keyset pages in the order of the partial index on (org, name) that leaves archived types out.
pub(super) const PAGE_LIVE: Walk = Walk {
    up: select!("WHERE org = $1 AND name > $2 AND NOT archived ORDER BY name LIMIT $3"),
    down: select!("WHERE org = $1 AND name < $2 AND NOT archived ORDER BY name DESC LIMIT $3"),
};

/// A key that is never used twice: drawn first, because an idempotency key is remembered with it.
pub(super) const NEXT_SEQ: &str = "SELECT nextval(pg_get_serial_sequence('event_type', 'seq'))";

/// The unique index on (org, name) refuses a name in use, on whichever node it was taken.
pub(super) const INSERT: &str = "
    INSERT INTO event_type (seq, org, name, description, archived, deprecated, schemas, group_name, feature_flags,
        created_at, updated_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// One row by the unique index on (org, name), only in the version that was read.
pub(super) const SAVE: &str = "
    UPDATE event_type SET description = $1, archived = $2, deprecated = $3, schemas = $4, group_name = $5,
        feature_flags = $6, updated_at = $7, version = version + 1
    WHERE org = $8 AND name = $9 AND version = $10
    RETURNING version";

/// One row by the unique index on (org, name).
pub(super) const DELETE: &str = "DELETE FROM event_type WHERE org = $1 AND name = $2";

/// The unique index that holds names.
const NAME_INDEX: &str = "event_type_name";

/// Insert an event type, at most once per idempotency key.
pub(super) async fn insert(
    client: &impl GenericClient,
    context: &Context,
    event_type: EventType,
    idempotency: Option<Idempotency>,
) -> Result<Written<EventType>, Fault> {
    let drawn = first(client, NEXT_SEQ, &[]).await?.ok_or(StoreError::Missing)?;
    let seq: i64 = drawn.try_get(0)?;
    if let Claim::Seen(seq) = idempotency::claim(client, context, idempotency, Kind::EventType, seq).await? {
        let found = first(client, BY_SEQ, &[&seq]).await?.ok_or(StoreError::Missing)?;
        return Ok(Written::Replayed(from_row(&found)?));
    }
    let inserted = change(
        client,
        INSERT,
        &[
            &seq,
            &event_type.org.as_str(),
            &event_type.name.as_str(),
            &event_type.description,
            &event_type.archived,
            &event_type.deprecated,
            &event_type.schemas,
            &event_type.group_name,
            &to_json(&event_type.feature_flags),
            &event_type.created_at.unix_ms(),
            &event_type.updated_at.unix_ms(),
            &event_type.version,
        ],
    )
    .await;
    inserted.map_err(|fault| fault.taken(NAME_INDEX, "name"))?;
    Ok(Written::New(event_type))
}

/// Save an event type in the version that was read.
pub(super) async fn save(client: &impl GenericClient, event_type: EventType) -> Result<EventType, Fault> {
    let saved = first(
        client,
        SAVE,
        &[
            &event_type.description,
            &event_type.archived,
            &event_type.deprecated,
            &event_type.schemas,
            &event_type.group_name,
            &to_json(&event_type.feature_flags),
            &event_type.updated_at.unix_ms(),
            &event_type.org.as_str(),
            &event_type.name.as_str(),
            &event_type.version,
        ],
    )
    .await;
    match saved? {
        Some(row) => Ok(EventType { version: row.try_get(0)?, ..event_type }),
        None => {
            let is_there = find(client, &event_type.org, &event_type.name).await?.is_some();
            Err(stale_or_missing(is_there).into())
        }
    }
}

/// Remove an event type.
pub(super) async fn delete(
    client: &impl GenericClient,
    org: &OrgId,
    name: &EventTypeName,
) -> Result<(), Fault> {
    match change(client, DELETE, &[&org.as_str(), &name.as_str()]).await? {
        0 => Err(StoreError::Missing.into()),
        _ => Ok(()),
    }
}

/// Read one event type.
pub(super) async fn find(
    client: &impl GenericClient,
    org: &OrgId,
    name: &EventTypeName,
) -> Result<Option<EventType>, Fault> {
    first(client, BY_NAME, &[&org.as_str(), &name.as_str()]).await?.map(|row| from_row(&row)).transpose()
}

/// Read a page of the organisation's event types.
pub(super) async fn list(
    client: &impl GenericClient,
    org: &OrgId,
    include_archived: bool,
    page: &PageRequest<EventTypeName>,
) -> Result<Page<EventType>, Fault> {
    let statements = if include_archived { PAGE_ALL } else { PAGE_LIVE };
    let (sql, beyond) = statements.by_name(page);
    let rows = all(client, sql, &[&org.as_str(), &beyond, &rows_to_read(page)]).await?;
    let rows: Result<Vec<_>, _> = rows.iter().map(from_row).collect();
    Ok(Page::from_walk(page, rows?))
}

fn from_row(row: &Row) -> Result<EventType, Fault> {
    let mut cells = Cells::of(row);
    Ok(EventType {
        org: OrgId::trusted(cells.take()?),
        name: EventTypeName::trusted(cells.take()?),
        description: cells.take()?,
        archived: cells.take()?,
        deprecated: cells.take()?,
        schemas: cells.take()?,
        group_name: cells.take()?,
        feature_flags: cells.json("feature_flags")?,
        created_at: cells.time()?,
        updated_at: cells.time()?,
        version: cells.take()?,
    })
}
