//! What the tables share: reading rows into values, JSON columns, times, ids and keyset pages.

use std::sync::Arc;
use std::time::Duration;

use hooktide_model::id::TypedId;
use hooktide_model::{Clock, IdMint, Order, PageRequest, Seq, Timestamp};
use rusqlite::{Connection, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fault::Fault;
use crate::StoreError;
use crate::vault::Vault;

/// What reading and writing rows needs beside the connection.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) vault: Vault,
    pub(super) mint: IdMint,
    pub(super) clock: ClockRef,
    /// How long an idempotency key is remembered.
    pub(super) idempotency_window: Duration,
    /// Keys remembered at most; the oldest go first.
    pub(super) idempotency_rows_max: i64,
}

/// A clock that can stand in a `Debug` struct.
pub(super) struct ClockRef(pub(super) Arc<dyn Clock>);

impl std::fmt::Debug for ClockRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

impl Context {
    /// The time now.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.0.now()
    }

    /// The key of an id, unless another store (or nobody) made that id.
    pub(super) fn known<I: TypedId>(&self, id: I) -> Option<i64> {
        self.mint.made(id).then(|| id.seq().0)
    }

    /// The same for a row that must exist.
    pub(super) fn existing<I: TypedId>(&self, id: I) -> Result<i64, Fault> {
        self.known(id).ok_or_else(|| StoreError::Missing.into())
    }

    /// The key of an id that the caller has just made. A foreign one is our own mistake: it would read back changed.
    pub(super) fn minted<I: TypedId>(&self, id: I) -> Result<i64, Fault> {
        let foreign = || StoreError::Database(format!("the new id {id} was not made by this store"));
        Ok(self.known(id).ok_or_else(foreign)?)
    }

    /// The id of a row's key.
    pub(super) fn id<I: TypedId>(&self, seq: i64) -> I {
        self.mint.id(Seq(seq))
    }
}

/// All rows of a statement.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &'static str,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The first row of a statement.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &'static str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// Run a statement that changes rows; how many it changed.
pub(super) fn change(
    connection: &Connection,
    sql: &'static str,
    params: impl Params,
) -> Result<usize, Fault> {
    Ok(connection.prepare_cached(sql)?.execute(params)?)
}

/// Why an optimistic save found no row: it is there in another version, or gone.
pub(super) fn stale_or_missing(is_there: bool) -> Fault {
    if is_there { StoreError::Stale.into() } else { StoreError::Missing.into() }
}

/// A JSON column's text.
pub(super) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings in lists and maps always serialise")
}

/// A JSON column's value.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &'static str) -> Result<T, Fault> {
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    parse_json(text.as_bytes(), column)
}

/// A JSON column's value, if it has one.
pub(super) fn optional_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: &'static str,
) -> Result<Option<T>, Fault> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    text.map(|text| parse_json(text.as_bytes(), column)).transpose()
}

/// The value of JSON text that stood in `column`.
pub(super) fn parse_json<T: DeserializeOwned>(text: &[u8], column: &'static str) -> Result<T, Fault> {
    // The parser's error may quote the text, which may be secret: its place is enough.
    let damaged = |error: serde_json::Error| {
        StoreError::Database(format!(
            "column {column} is damaged: not the expected JSON at byte {}",
            error.column()
        ))
    };
    Ok(serde_json::from_slice(text).map_err(damaged)?)
}

/// A time column.
pub(super) fn time(row: &Row<'_>, column: &str) -> Result<Timestamp, Fault> {
    Ok(Timestamp::from_unix_ms(row.get(column)?))
}

/// A time column that may be empty.
pub(super) fn optional_time(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, Fault> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_unix_ms))
}

/// A list's statement in each direction; both take scope, key and row count.
pub(super) struct Walk {
    /// Rows after the key, upwards.
    pub(super) up: &'static str,
    /// Rows before the key, downwards.
    pub(super) down: &'static str,
}

impl Walk {
    /// The statement for a page by id, and the key it starts beyond.
    pub(super) fn by_id<I: TypedId>(&self, page: &PageRequest<I>) -> (&'static str, i64) {
        let cursor = page.cursor.map(|id| id.seq().0);
        match page.walk() {
            Order::Ascending => (self.up, cursor.unwrap_or(i64::MIN)),
            Order::Descending => (self.down, cursor.unwrap_or(i64::MAX)),
        }
    }
}

/// Rows to read for a page: one more than it shows, which tells whether more follow.
pub(super) fn rows_to_read<K>(page: &PageRequest<K>) -> i64 {
    i64::try_from(page.limit).unwrap_or(i64::MAX).saturating_add(1)
}
