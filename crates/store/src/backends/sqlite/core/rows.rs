//! What the tables share: running statements, and reading rows into values.

use hooktide_model::Timestamp;
use rusqlite::{Connection, Params, Row};
use serde::de::DeserializeOwned;

use super::fault::Fault;
pub(super) use crate::backends::common::configuration::{
    ClockRef, Context, Walk, parse_json, rows_to_read, stale_or_missing, to_json,
};

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

/// A JSON column's value.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &'static str) -> Result<T, Fault> {
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    Ok(parse_json(text.as_bytes(), column)?)
}

/// A JSON column's value, if it has one.
pub(super) fn optional_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: &'static str,
) -> Result<Option<T>, Fault> {
    let text = text(row, column)?;
    Ok(text.map(|text| parse_json(text.as_bytes(), column)).transpose()?)
}

/// A time column.
pub(super) fn time(row: &Row<'_>, column: &str) -> Result<Timestamp, Fault> {
    Ok(Timestamp::from_unix_ms(row.get(column)?))
}

/// A time column that may be empty.
pub(super) fn optional_time(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, Fault> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_unix_ms))
}

/// A sealed column's bytes, if it has some.
pub(super) fn bytes<'a>(row: &'a Row<'_>, column: &'static str) -> Result<Option<&'a [u8]>, Fault> {
    Ok(row.get_ref(column)?.as_blob_or_null().map_err(rusqlite::Error::from)?)
}

/// A text column, if it has one.
pub(super) fn text<'a>(row: &'a Row<'_>, column: &'static str) -> Result<Option<&'a str>, Fault> {
    Ok(row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?)
}
