//! A schema of its own in a PostgreSQL database, dropped after, and a blocking connection to look into it.

use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::cost::{self, Cost};
use crate::failure::Failure;

/// A schema and a connection whose statements meet it first.
#[derive(Debug)]
pub(crate) struct Schema {
    runtime: Runtime,
    client: Client,
    name: String,
    url: String,
}

/// Whether a server answers there.
pub(crate) fn is_there(url: &str) -> bool {
    runtime().is_ok_and(|runtime| connect(&runtime, url).is_ok())
}

impl Schema {
    /// Makes an empty one.
    pub(crate) fn create(url: &str) -> Result<Self, Failure> {
        let runtime = runtime()?;
        let client = connect(&runtime, url)?;
        // Numbers of transactions are given out once.
        let number = runtime.block_on(client.query_one("SELECT pg_current_xact_id()::TEXT", &[]));
        let number: String = number.map_err(Failure::because("name a schema"))?.get(0);
        let name = format!("hooktide_bench_{number}");
        let separator = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{separator}options=-csearch_path%3D{name}");
        let schema = Self { client, name, url, runtime };
        schema.run(&format!("CREATE SCHEMA {0}; SET search_path = {0}", schema.name))?;
        Ok(schema)
    }

    /// With which everything lies in this schema.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Runs statements.
    pub(crate) fn run(&self, statements: &str) -> Result<(), Failure> {
        let done = self.runtime.block_on(self.client.batch_execute(statements));
        done.map_err(|error| Failure::new(format!("run `{statements}`: {}", said(&error))))
    }

    /// The one number that a query answers; nothing counts as 0.
    pub(crate) fn number(&self, query: &str) -> Result<i64, Failure> {
        Ok(self.text(query)?.parse().unwrap_or(0))
    }

    /// The one text that a query answers; nothing is an empty one.
    pub(crate) fn text(&self, query: &str) -> Result<String, Failure> {
        let answered = self.runtime.block_on(self.client.simple_query(query));
        let rows = answered.map_err(|error| Failure::new(format!("ask `{query}`: {}", said(&error))))?;
        let text = rows.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        Ok(text.unwrap_or_default().to_owned())
    }

    /// What the whole server has spent so far.
    pub(crate) fn cost(&self) -> Result<Cost, Failure> {
        cost::read(self)
    }

    /// Bytes of a table with its partitions and indexes.
    pub(crate) fn bytes_of(&self, table: &str) -> Result<u64, Failure> {
        // The tree of a table without partitions is empty.
        let size = self.number(&format!(
            "SELECT coalesce((SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('{table}')), \
             pg_total_relation_size('{table}'))::BIGINT"
        ))?;
        Ok(u64::try_from(size).unwrap_or(0))
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // A large schema has many tables; servers that are just ending may still hold locks.
        let drop =
            format!("SET statement_timeout = 0; SET lock_timeout = '20s'; DROP SCHEMA {} CASCADE", self.name);
        if let Err(failure) = self.run(&drop) {
            eprintln!("failed to {failure}; the schema stays behind");
        }
    }
}

fn runtime() -> Result<Runtime, Failure> {
    // One thread of its own, so that the connection lives on between calls.
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    built.map_err(Failure::because("build a runtime"))
}

fn connect(runtime: &Runtime, url: &str) -> Result<Client, Failure> {
    let opened = runtime.block_on(tokio_postgres::connect(url, NoTls));
    let (client, connection) =
        opened.map_err(|error| Failure::new(format!("connect to PostgreSQL: {}", said(&error))))?;
    // Its end shows at the next statement.
    runtime.spawn(async move {
        let _ = connection.await;
    });
    Ok(client)
}

/// With what the server said, which the error's own text leaves out.
fn said(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
}
