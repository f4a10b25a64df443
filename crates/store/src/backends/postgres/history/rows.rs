//! Columns as the program's types.

use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::StoreError;
use crate::backends::common::Damaged;
use crate::backends::postgres::database::Database;

/// A column's value.
pub(super) fn column<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T, StoreError> {
    row.try_get(index).map_err(|error| Database::fault(&error))
}

/// A number in a wider column than its type: PostgreSQL's are signed.
pub(super) fn narrow<'a, W, T>(row: &'a Row, index: usize) -> Result<T, StoreError>
where
    W: FromSql<'a>,
    T: TryFrom<W>,
{
    T::try_from(column::<W>(row, index)?).map_err(|_| out_of_range(row, index))
}

/// The same where the column may be NULL.
pub(super) fn narrow_or_null<'a, W, T>(row: &'a Row, index: usize) -> Result<Option<T>, StoreError>
where
    W: FromSql<'a>,
    T: TryFrom<W>,
{
    let value = column::<Option<W>>(row, index)?;
    value.map(T::try_from).transpose().map_err(|_| out_of_range(row, index))
}

fn out_of_range(row: &Row, index: usize) -> StoreError {
    let name = row.columns().get(index).map_or("", |column| column.name());
    StoreError::Database(format!("column {name} is damaged: a number out of range"))
}

/// The column's value is not one that this program writes.
pub(super) fn damaged(column: &'static str, detail: &str) -> StoreError {
    Damaged { column, detail: detail.to_owned() }.into()
}
