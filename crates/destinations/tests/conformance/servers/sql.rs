//! A table per test in PostgreSQL, MariaDB and SQLite.

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use mysql_async::prelude::Queryable;
use serde_json::{Value, json};
use tokio_postgres::NoTls;

use crate::fixture::{Fixture, Seen, Twice};
use crate::support::{host_and_port, server_url, unique};

/// The row that the suite writes; the idempotency key is a column, the note comes from the payload.
fn config(url: &str, table: &str) -> Value {
    json!({
        "url": url, "table": table, "key": ["id"],
        "columns": {
            "id": {"template": "{{ message_id }}"},
            "note": {"path": "$.note", "type": "text"},
            "idempotency_key": {"template": "{{ idempotency_key }}"},
        },
    })
}

fn create(table: &str) -> String {
    format!("CREATE TABLE {table} (id VARCHAR(64) PRIMARY KEY, note LONGTEXT, idempotency_key VARCHAR(128))")
}

fn note(parcel: &Parcel) -> Option<Bytes> {
    let payload: Value = serde_json::from_slice(&parcel.payload).ok()?;
    Some(payload["note"].as_str()?.to_owned().into())
}

fn row((note, key): (String, String)) -> Seen {
    Seen { content: note.into(), idempotency_key: Some(key) }
}

fn aimed(url: &url::Url, server: &str, password: Option<&str>) -> String {
    let user = url.username();
    let password = password.map(|password| format!(":{password}")).unwrap_or_default();
    format!("{}://{user}{password}@{server}{}?sslmode=disable", url.scheme(), url.path())
}

/// A fixture whose database can be asked anything.
#[async_trait]
pub(crate) trait Database: Fixture {
    /// The type of a column that holds a time.
    const TIME: &'static str;
    /// Whether a text that is longer than its column is refused.
    const LIMITS_TEXT: bool;
    /// A connection in the middle of a transaction.
    type Lock: Send;

    async fn run(&self, sql: &str);
    /// The first column of the first row.
    async fn text(&self, sql: &str) -> Option<String>;
    /// Begins a transaction with this change.
    async fn lock(&self, sql: &str) -> Self::Lock;
    /// Rolls it back.
    async fn unlock(&self, lock: Self::Lock);
}

pub(crate) struct Postgres {
    url: url::Url,
    table: String,
    client: tokio_postgres::Client,
}

#[async_trait]
impl Fixture for Postgres {
    const KIND: &'static str = "sql";
    const TWICE: Twice = Twice::Once;

    async fn start() -> Self {
        let url = server_url("postgres", "postgres://postgres@127.0.0.1:5432/test");
        let client = connect_postgres(&url).await;
        let table = unique("hooktide_test");
        client.batch_execute(&format!("DROP TABLE IF EXISTS {table}")).await.unwrap();
        client.batch_execute(&create(&table).replace("LONGTEXT", "TEXT")).await.unwrap();
        Self { url, table, client }
    }

    fn server(&self) -> Option<String> {
        Some(host_and_port(&self.url, 5432))
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        config(&aimed(&self.url, server, password), &format!("public.{}", self.table))
    }

    fn broken(&self) -> (Value, &'static str) {
        (config(&aimed(&self.url, &self.server().unwrap(), None), "no_such_table"), "no_such_table")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        note(parcel)
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        let sql = format!("SELECT note, idempotency_key FROM {} WHERE id = $1", self.table);
        let rows = self.client.query(&sql, &[&parcel.message_id]).await.unwrap();
        rows.iter().map(|found| row((found.get(0), found.get(1)))).collect()
    }

    async fn clean(&self) {
        self.client.batch_execute(&format!("DROP TABLE {}", self.table)).await.unwrap();
    }
}

#[async_trait]
impl Database for Postgres {
    const TIME: &'static str = "TIMESTAMPTZ";
    const LIMITS_TEXT: bool = true;
    type Lock = tokio_postgres::Client;

    async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
    }

    async fn text(&self, sql: &str) -> Option<String> {
        self.client.query_opt(sql, &[]).await.unwrap().map(|found| found.get(0))
    }

    async fn lock(&self, sql: &str) -> Self::Lock {
        let client = connect_postgres(&self.url).await;
        client.batch_execute(&format!("BEGIN; {sql}")).await.unwrap();
        client
    }

    async fn unlock(&self, lock: Self::Lock) {
        lock.batch_execute("ROLLBACK").await.unwrap();
    }
}

async fn connect_postgres(url: &url::Url) -> tokio_postgres::Client {
    let config: tokio_postgres::Config = url.as_str().parse().unwrap();
    let server = host_and_port(url, 5432);
    #[expect(clippy::disallowed_methods, reason = "the observer's own way to a server on loopback")]
    let stream = tokio::net::TcpStream::connect(&server)
        .await
        .unwrap_or_else(|error| panic!("no PostgreSQL server at {server}: {error}"));
    let (client, connection) = config.connect_raw(stream, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub(crate) struct Mariadb {
    url: url::Url,
    table: String,
    pool: mysql_async::Pool,
}

#[async_trait]
impl Fixture for Mariadb {
    const KIND: &'static str = "sql";
    const TWICE: Twice = Twice::Once;

    async fn start() -> Self {
        let url = server_url("mysql", "mysql://root@127.0.0.1:3306/test");
        let pool = mysql_async::Pool::new(url.as_str());
        let table = unique("hooktide_test");
        let mut connection = pool
            .get_conn()
            .await
            .unwrap_or_else(|error| panic!("no MySQL or MariaDB server at {url}: {error}"));
        connection.query_drop(format!("DROP TABLE IF EXISTS {table}")).await.unwrap();
        connection.query_drop(create(&table)).await.unwrap();
        drop(connection);
        Self { url, table, pool }
    }

    fn server(&self) -> Option<String> {
        Some(host_and_port(&self.url, 3306))
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        config(&aimed(&self.url, server, password), &self.table)
    }

    fn broken(&self) -> (Value, &'static str) {
        (config(&aimed(&self.url, &self.server().unwrap(), None), "no_such_table"), "no_such_table")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        note(parcel)
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        let sql = format!("SELECT note, idempotency_key FROM {} WHERE id = ?", self.table);
        let mut connection = self.pool.get_conn().await.unwrap();
        let rows: Vec<(String, String)> = connection.exec(sql, (&parcel.message_id,)).await.unwrap();
        rows.into_iter().map(row).collect()
    }

    async fn clean(&self) {
        let mut connection = self.pool.get_conn().await.unwrap();
        connection.query_drop(format!("DROP TABLE {}", self.table)).await.unwrap();
    }
}

#[async_trait]
impl Database for Mariadb {
    const TIME: &'static str = "DATETIME(6)";
    const LIMITS_TEXT: bool = true;
    type Lock = mysql_async::Conn;

    async fn run(&self, sql: &str) {
        self.pool.get_conn().await.unwrap().query_drop(sql).await.unwrap();
    }

    async fn text(&self, sql: &str) -> Option<String> {
        self.pool.get_conn().await.unwrap().query_first(sql).await.unwrap()
    }

    async fn lock(&self, sql: &str) -> Self::Lock {
        let mut connection = self.pool.get_conn().await.unwrap();
        connection.query_drop("START TRANSACTION").await.unwrap();
        connection.query_drop(sql).await.unwrap();
        connection
    }

    async fn unlock(&self, mut lock: Self::Lock) {
        lock.query_drop("ROLLBACK").await.unwrap();
    }
}

pub(crate) struct Sqlite {
    folder: tempfile::TempDir,
}

impl Sqlite {
    fn url(&self, file: &str) -> String {
        format!("sqlite:{}/{file}", self.folder.path().file_name().unwrap().to_str().unwrap())
    }

    /// A link below the files directory to a database that is not.
    pub(crate) fn link_outside(&self, name: &str) {
        std::os::unix::fs::symlink("/etc/hosts", self.folder.path().join(name)).unwrap();
    }

    fn connect(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("test.db")).unwrap()
    }
}

#[async_trait]
impl Fixture for Sqlite {
    const KIND: &'static str = "sql";
    const TWICE: Twice = Twice::Once;

    async fn start() -> Self {
        let fixture = Self { folder: tempfile::tempdir().unwrap() };
        fixture.connect().execute_batch(&create("events")).unwrap();
        fixture
    }

    fn server(&self) -> Option<String> {
        None
    }

    fn config(&self, _server: &str, _password: Option<&str>) -> Value {
        config(&self.url("test.db"), "events")
    }

    fn broken(&self) -> (Value, &'static str) {
        (config(&self.url("test.db"), "no_such_table"), "no_such_table")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        note(parcel)
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        let connection = self.connect();
        let mut found = connection.prepare("SELECT note, idempotency_key FROM events WHERE id = ?1").unwrap();
        let rows =
            found.query_map([&parcel.message_id], |found| Ok(row((found.get(0)?, found.get(1)?)))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    async fn clean(&self) {}
}

#[async_trait]
impl Database for Sqlite {
    const TIME: &'static str = "TEXT";
    const LIMITS_TEXT: bool = false;
    type Lock = rusqlite::Connection;

    async fn run(&self, sql: &str) {
        self.connect().execute_batch(sql).unwrap();
    }

    async fn text(&self, sql: &str) -> Option<String> {
        use rusqlite::OptionalExtension;
        self.connect().query_row(sql, [], |found| found.get(0)).optional().unwrap()
    }

    async fn lock(&self, sql: &str) -> Self::Lock {
        let connection = self.connect();
        connection.execute_batch(&format!("BEGIN IMMEDIATE; {sql}")).unwrap();
        connection
    }

    async fn unlock(&self, lock: Self::Lock) {
        lock.execute_batch("ROLLBACK").unwrap();
    }
}
