//! Rows as SQLite has them: values of columns, and statements made from the list of tables.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row as SqlRow, ToSql};

use crate::transfer::{Row, Sink, Table, TransferError, Value};

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The store's error, as a move has it.
pub(super) fn failed(error: &rusqlite::Error) -> TransferError {
    TransferError::Store(super::super::writer::store_error(error))
}

/// Hand the rows of a statement to `sink`.
pub(super) fn stream(
    connection: &Connection,
    select: &str,
    skip: i64,
    table: &Table,
    sink: &mut dyn Sink,
) -> Result<(), TransferError> {
    let mut statement = connection.prepare(select).map_err(|error| failed(&error))?;
    let mut rows = statement.query([skip]).map_err(|error| failed(&error))?;
    while let Some(row) = rows.next().map_err(|error| failed(&error))? {
        sink.row(&unpack(row, table).map_err(|error| failed(&error))?)?;
    }
    Ok(())
}

/// The first columns of a row, as the table has them.
pub(super) fn unpack(row: &SqlRow<'_>, table: &Table) -> rusqlite::Result<Row> {
    (0..table.columns.len())
        .map(|index| {
            Ok(match row.get_ref(index)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Integer(number),
                ValueRef::Text(text) => Value::Text(ValueRef::Text(text).as_str()?.to_owned()),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_owned()),
                ValueRef::Real(_) => {
                    let name = table.columns[index].name.to_owned();
                    return Err(rusqlite::Error::InvalidColumnType(index, name, rusqlite::types::Type::Real));
                }
            })
        })
        .collect()
}

/// All rows of a table of configuration in the order of its key, but the first so many.
pub(super) fn select_all(table: &Table) -> String {
    format!("SELECT {} FROM {} ORDER BY 1, 2 LIMIT -1 OFFSET ?1", table.names(), table.name)
}

/// Insert a row of a table of configuration.
pub(super) fn insert_one(table: &Table) -> String {
    let marks: Vec<String> = (1..=table.columns.len()).map(|number| format!("?{number}")).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", table.name, table.names(), marks.join(", "))
}

/// Count a table's rows.
pub(super) fn count(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM {table}");
    connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}
