//! A schema of its own for one test, in the PostgreSQL database that tests share.

use tokio_postgres::{Client, NoTls, Row};

/// The database, where the environment names no other.
const DEFAULT_URL: &str = "postgres://postgres@127.0.0.1:5432/test";
/// Names another one.
const VARIABLE: &str = "HOOKTIDE_TEST_POSTGRES_URL";

/// A schema that no other test uses. Dropping it drops the schema with all that lies in it.
#[derive(Debug)]
pub struct ScratchSchema {
    name: String,
}

impl ScratchSchema {
    /// Make an empty schema.
    pub async fn create() -> Self {
        let client = connect(&Self::server_url()).await;
        // Numbers of transactions are given out once.
        let number = client.query_one("SELECT pg_current_xact_id()::TEXT", &[]).await;
        let number: String = number.expect("the database numbers transactions").get(0);
        let name = format!("hooktide_test_{number}");
        client.batch_execute(&format!("CREATE SCHEMA {name}")).await.expect("the schema can be made");
        Self { name }
    }

    /// URL of the database that tests share.
    #[must_use]
    pub fn server_url() -> String {
        std::env::var(VARIABLE).unwrap_or_else(|_| DEFAULT_URL.to_owned())
    }

    /// The same on a thread of its own, for callers that cannot wait.
    #[must_use]
    pub fn create_blocking() -> Self {
        let made = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be made").block_on(Self::create())
        });
        made.join().expect("the schema can be made")
    }

    /// The schema's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A database URL with which everything lies in this schema.
    #[must_use]
    pub fn url(&self) -> String {
        let url = Self::server_url();
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}options=-csearch_path%3D{}", self.name)
    }

    /// A connection to look at the schema with.
    pub async fn connect(&self) -> Client {
        connect(&self.url()).await
    }
}

impl ScratchSchema {
    /// The rows of a statement, asked for on a thread of its own, for callers that cannot wait.
    ///
    /// # Panics
    /// When the database refuses it.
    #[must_use]
    pub fn rows(&self, statement: &str) -> Vec<Row> {
        let (url, statement) = (self.url(), statement.to_owned());
        let asked = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be made").block_on(async {
                connect(&url).await.query(&statement, &[]).await.expect("the statement is well")
            })
        });
        asked.join().expect("the database answers")
    }
}

impl Drop for ScratchSchema {
    /// On a thread of its own, because it may happen inside a runtime, or while a test panics.
    fn drop(&mut self) {
        let statement = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name);
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be made").block_on(async {
                let client = connect(&Self::server_url()).await;
                // Connections that a test left open hold locks; the next run meets what this leaves behind.
                let _ = client.batch_execute("SET lock_timeout = '10s'").await;
                client.batch_execute(&statement).await
            })
        });
        if !matches!(dropped.join(), Ok(Ok(()))) {
            eprintln!("the schema {} could not be dropped", self.name);
        }
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .unwrap_or_else(|error| panic!("PostgreSQL must answer (see {VARIABLE}): {error}"));
    tokio::spawn(connection);
    client
}
