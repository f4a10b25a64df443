//! PostgreSQL: a schema.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hooktide_model::clock::ManualClock;
use hooktide_store::Store;
use hooktide_store::backends::Retention;
use hooktide_store::backends::postgres::{DatabaseOptions, PostgresOptions, PostgresStore};
use hooktide_store::conformance::Place;
use hooktide_store::vault::Vault;
use hooktide_testkit::ScratchSchema;

use super::{DEDUPE_WINDOW, FOR_EVER, SECRET, WINDOW};

/// Few connections: claims share the server.
const POOL_SIZE: usize = 3;
/// Nobody is to be taken for dead because the machine is busy.
const LEASE: Duration = Duration::from_secs(60);

/// A PostgreSQL store's schema. A kill is what a node's death is for the others: it can write nothing more, and what it
/// had is anyone's.
pub(crate) struct PostgresPlace {
    schema: ScratchSchema,
    span: Duration,
}

impl PostgresPlace {
    /// A fresh one; a segment of history takes in so much time.
    pub(crate) async fn fresh(span: Duration) -> Self {
        Self { schema: ScratchSchema::create().await, span }
    }
}

#[async_trait]
impl Place for PostgresPlace {
    async fn open(&self, clock: ManualClock) -> Arc<dyn Store> {
        let options = PostgresOptions {
            database: DatabaseOptions { url: self.schema.url(), pool_size: POOL_SIZE },
            vault: Vault::new(SECRET).expect("the secret is long enough"),
            clock: Arc::new(clock),
            idempotency_window: WINDOW,
            dedupe_window: DEDUPE_WINDOW,
            retention: Retention { history: FOR_EVER, disk_bytes_max: 0 },
            partition_span: Some(self.span),
            node_name: "conformance".to_owned(),
            lease: LEASE,
            on_fatal: Box::new(|reason| panic!("the store gave up: {reason}")),
        };
        Arc::new(PostgresStore::open(options).await.expect("the store opens"))
    }

    async fn kill(&self, store: Arc<dyn Store>) {
        let (client, connection) = tokio_postgres::connect(&self.schema.url(), tokio_postgres::NoTls)
            .await
            .expect("the database is there");
        let driving = tokio::spawn(connection);
        let killed = client.execute("UPDATE node SET holder = NULL", &[]).await;
        killed.expect("the node can be declared dead");
        store.close().await;
        drop(client);
        driving.await.expect("the connection does not panic").expect("the connection ends well");
    }

    fn idempotency_window(&self) -> Duration {
        WINDOW
    }

    fn dedupe_window(&self) -> Duration {
        DEDUPE_WINDOW
    }
}
