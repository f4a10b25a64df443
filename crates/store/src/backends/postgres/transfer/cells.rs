//! Values of rows as PostgreSQL has them: read by their type, written by the type of their column.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::Row as SqlRow;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::super::database::Database;
use crate::transfer::{Row, TransferError, Value};

/// The store's error, as a move has it.
pub(super) fn failed(error: &tokio_postgres::Error) -> TransferError {
    TransferError::Store(Database::fault(error))
}

/// The cells of a row.
pub(super) fn unpack(row: &SqlRow) -> Result<Row, tokio_postgres::Error> {
    row.columns().iter().enumerate().map(|(index, column)| cell(row, index, column.type_())).collect()
}

fn cell(row: &SqlRow, index: usize, kind: &Type) -> Result<Value, tokio_postgres::Error> {
    let integer = |number: Option<i64>| number.map_or(Value::Null, Value::Integer);
    Ok(match *kind {
        Type::INT8 => integer(row.try_get(index)?),
        Type::INT4 => integer(row.try_get::<_, Option<i32>>(index)?.map(Into::into)),
        Type::INT2 => integer(row.try_get::<_, Option<i16>>(index)?.map(Into::into)),
        Type::BOOL => integer(row.try_get::<_, Option<bool>>(index)?.map(Into::into)),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.map_or(Value::Null, Value::Bytes),
        _ => row.try_get::<_, Option<String>>(index)?.map_or(Value::Null, Value::Text),
    })
}

/// A value on its way into a column.
#[derive(Debug)]
pub(super) struct Cell<'a>(pub(super) &'a Value);

impl ToSql for Cell<'_> {
    /// Numbers that a narrower column cannot hold are its largest: the writer of history does the same with them.
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(number) => match *kind {
                Type::INT4 => i32::try_from(*number).unwrap_or(i32::MAX).to_sql(kind, out),
                Type::INT2 => i16::try_from(*number).unwrap_or(i16::MAX).to_sql(kind, out),
                Type::BOOL => (*number != 0).to_sql(kind, out),
                _ => number.to_sql(kind, out),
            },
            // The one character that the database's texts cannot hold.
            Value::Text(text) if text.contains('\0') => text.replace('\0', "%00").to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
