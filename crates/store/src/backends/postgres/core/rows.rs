//! What the tables share: running statements, and reading rows into values.

use deadpool_postgres::GenericClient;
use hooktide_model::Timestamp;
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql};

use crate::backends::common::Damaged;
use crate::backends::common::configuration::parse_json;
pub(super) use crate::backends::common::configuration::{
    ClockRef, Context, Walk, rows_to_read, stale_or_missing, to_json,
};
pub(super) use crate::backends::postgres::fault::Fault;

/// A statement's parameters, `$1` first.
pub(super) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// All rows of a statement.
pub(super) async fn all(
    client: &impl GenericClient,
    sql: &'static str,
    params: Params<'_>,
) -> Result<Vec<Row>, Fault> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, params).await?)
}

/// The only row of a statement, if it has one.
pub(super) async fn first(
    client: &impl GenericClient,
    sql: &'static str,
    params: Params<'_>,
) -> Result<Option<Row>, Fault> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query_opt(&statement, params).await?)
}

/// Run a statement that changes rows; how many it changed.
pub(super) async fn change(
    client: &impl GenericClient,
    sql: &'static str,
    params: Params<'_>,
) -> Result<u64, Fault> {
    let statement = client.prepare_cached(sql).await?;
    Ok(client.execute(&statement, params).await?)
}

/// A row's cells, one after the other: a statement lists its columns in the order in which they are read.
pub(super) struct Cells<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> Cells<'a> {
    pub(super) fn of(row: &'a Row) -> Self {
        Self { row, next: 0 }
    }

    /// The next cell.
    pub(super) fn take<T: FromSql<'a>>(&mut self) -> Result<T, Fault> {
        let cell = self.row.try_get(self.next)?;
        self.next += 1;
        Ok(cell)
    }

    /// The next cell's JSON.
    pub(super) fn json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<T, Fault> {
        Ok(parse_json(self.take::<&str>()?.as_bytes(), column)?)
    }

    /// The next cell's JSON, if it has some.
    pub(super) fn optional_json<T: DeserializeOwned>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<T>, Fault> {
        let text: Option<&str> = self.take()?;
        Ok(text.map(|text| parse_json(text.as_bytes(), column)).transpose()?)
    }

    /// The next cell, a time.
    pub(super) fn time(&mut self) -> Result<Timestamp, Fault> {
        self.take().map(Timestamp::from_unix_ms)
    }

    /// The next cell, a time that may be empty.
    pub(super) fn optional_time(&mut self) -> Result<Option<Timestamp>, Fault> {
        Ok(self.take::<Option<i64>>()?.map(Timestamp::from_unix_ms))
    }

    /// The next cell, a rate that may be empty.
    pub(super) fn rate(&mut self, column: &'static str) -> Result<Option<u16>, Fault> {
        let damaged = |_| Damaged { column, detail: "not a rate".to_owned() };
        let rate: Option<i32> = self.take()?;
        Ok(rate.map(u16::try_from).transpose().map_err(damaged).map_err(crate::StoreError::from)?)
    }
}

/// A rate as its column takes it.
pub(super) fn rate(rate: Option<u16>) -> Option<i32> {
    rate.map(i32::from)
}
