//! One client for the three databases: maps the parcel, then hands the row to the right one.

use std::path::PathBuf;

use std::future::pending;
use tokio::time::Instant;

use super::config::Column;
use super::identifier::Table;
use super::mysql::MysqlConnection;
use super::postgres::PostgresConnection;
use super::sqlite::SqliteConnection;
use super::statement::{Statement, Statements};
use super::value::{self, Value};
use crate::mapping::Reading;
use crate::seam::{Client, Done, Fault, Parcel, Secret, ServiceUrl, Shared};

pub(super) enum Server {
    Postgres { url: ServiceUrl, is_tls: bool },
    Mysql { url: ServiceUrl, is_tls: bool },
    Sqlite(PathBuf),
}

pub(super) struct SqlClient {
    pub(super) server: Server,
    pub(super) table: Table,
    pub(super) columns: Vec<Column>,
    pub(super) statements: Statements,
    pub(super) delete_on: Vec<String>,
}

/// What one event does to the table.
pub(super) struct Job {
    is_delete: bool,
    values: Vec<Value>,
}

pub(super) enum Connection {
    Postgres(PostgresConnection),
    Mysql(Box<MysqlConnection>),
    Sqlite(SqliteConnection),
}

impl SqlClient {
    fn statement(&self, is_delete: bool) -> &Statement {
        if is_delete { &self.statements.delete } else { &self.statements.upsert }
    }
}

impl Client for SqlClient {
    type Connection = Connection;
    type Job = Job;

    fn is_repeatable(&self) -> bool {
        true
    }

    fn secrets(&self) -> Vec<&Secret> {
        match &self.server {
            Server::Postgres { url, .. } | Server::Mysql { url, .. } => url.password.iter().collect(),
            Server::Sqlite(_) => Vec::new(),
        }
    }

    fn prepare(&self, parcel: &Parcel) -> Result<Job, Fault> {
        let is_delete = self.delete_on.contains(&parcel.event_type);
        let reading = Reading::new(parcel);
        let mut values: Vec<_> = if is_delete {
            // A deletion event may lack what an upsert needs; only what the statement asks for is read.
            let asked = &self.statements.delete.parameters;
            let columns = self.columns.iter().enumerate();
            columns
                .map(|(index, column)| match asked.contains(&index) {
                    true => value::row(std::slice::from_ref(column), &reading).map(|mut row| row.remove(0)),
                    false => Ok(Value::Null),
                })
                .collect::<Result<_, _>>()?
        } else {
            value::row(&self.columns, &reading)?
        };
        let order = &self.statement(is_delete).parameters;
        let values = order.iter().map(|index| std::mem::replace(&mut values[*index], Value::Null)).collect();
        Ok(Job { is_delete, values })
    }

    async fn connect(&self, shared: &Shared, deadline: Instant) -> Result<Connection, Fault> {
        match &self.server {
            Server::Postgres { url, is_tls } => {
                PostgresConnection::open(shared, url, *is_tls, deadline).await.map(Connection::Postgres)
            }
            Server::Mysql { url, is_tls } => {
                let key: Vec<_> =
                    self.columns.iter().filter(|column| column.is_key).map(|column| &column.name).collect();
                let opened = MysqlConnection::open(shared, url, *is_tls, deadline, &self.table, &key).await?;
                Ok(Connection::Mysql(Box::new(opened)))
            }
            Server::Sqlite(path) => {
                SqliteConnection::open(shared, path.clone()).await.map(Connection::Sqlite)
            }
        }
    }

    async fn act(&self, connection: &mut Connection, job: &Job, deadline: Instant) -> Result<Done, Fault> {
        let sql = &self.statement(job.is_delete).text;
        let changed = match connection {
            Connection::Postgres(postgres) => postgres.run(sql, &job.values).await?,
            Connection::Mysql(mysql) => mysql.run(sql, &job.values).await?,
            Connection::Sqlite(sqlite) => sqlite.run(sql, &job.values, deadline).await?,
        };
        Ok(Done::new(match (job.is_delete, changed) {
            (false, 0) => "the stored row is as new or newer; it was kept",
            (false, _) => "row written",
            (true, 0) => "no row to delete, or the stored row is newer",
            (true, _) => "row deleted",
        }))
    }

    fn is_open(connection: &mut Connection) -> bool {
        match connection {
            Connection::Postgres(postgres) => postgres.is_open(),
            // The library does not tell; a broken connection is found by the next statement, which is then repeated.
            Connection::Mysql(_) => true,
            Connection::Sqlite(sqlite) => sqlite.is_open(),
        }
    }

    async fn ended(connection: &mut Connection) {
        match connection {
            Connection::Postgres(postgres) => postgres.ended().await,
            Connection::Mysql(_) | Connection::Sqlite(_) => pending().await,
        }
    }
}
