//! Configuration over a database: opened once at start, shared by everything that reads or writes it.

use std::sync::Arc;
use std::time::Duration;

use hooktide_model::{Clock, IdMint, Seq};

use super::meta;
use super::rows::{ClockRef, Context, Fault, first};
use crate::StoreError;
use crate::backends::common::configuration::{ID_KEY_BYTES, IDEMPOTENCY_ROWS_MAX};
use crate::backends::postgres::database::Database;
use crate::backends::postgres::endpoint::DatabaseOptions;
use crate::backends::postgres::schema;
use crate::vault::Vault;

/// The newest keys of each table, by primary key. PostgreSQL's `greatest` passes over what is not there.
pub(super) const LAST_SEQ: &str = "SELECT greatest((SELECT max(seq) FROM application), \
     (SELECT max(seq) FROM endpoint), (SELECT max(seq) FROM source))";

/// Configuration in a PostgreSQL schema. Clones share the pool.
#[derive(Clone, Debug)]
pub struct PgCore {
    pub(super) database: Database,
    pub(super) context: Arc<Context>,
    id_key: IdKey,
}

#[derive(Clone)]
struct IdKey([u8; ID_KEY_BYTES]);

impl std::fmt::Debug for IdKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl PgCore {
    /// Connect, bring the schema up to date, and read the key of ids.
    ///
    /// `idempotency_window` is how long an idempotency key is remembered after its request.
    ///
    /// # Errors
    /// `Database` when the database cannot be used, belongs to another program, was written by a newer version, or was
    /// sealed with another main secret; `Unavailable` when it cannot be reached now.
    pub async fn open(
        options: &DatabaseOptions,
        vault: Vault,
        clock: Arc<dyn Clock>,
        idempotency_window: Duration,
    ) -> Result<Self, StoreError> {
        let database = Database::open(options).await?;
        schema::bring_up(&database).await?;
        Self::over(database, Arc::new(vault), clock, idempotency_window).await
    }

    /// The same over a database that is open and up to date.
    pub(in crate::backends::postgres) async fn over(
        database: Database,
        vault: Arc<Vault>,
        clock: Arc<dyn Clock>,
        idempotency_window: Duration,
    ) -> Result<Self, StoreError> {
        let client = database.client().await?;
        let id_key = meta::id_key(&client, &vault).await?;
        drop(client);
        let context = Context {
            vault,
            mint: IdMint::new(&id_key),
            clock: ClockRef(clock),
            idempotency_window,
            idempotency_rows_max: IDEMPOTENCY_ROWS_MAX,
        };
        Ok(Self { database, context: Arc::new(context), id_key: IdKey(id_key) })
    }

    /// The key that this store's ids are made with: random, made at the first start, sealed in the database.
    #[must_use]
    pub fn id_key(&self) -> [u8; ID_KEY_BYTES] {
        self.id_key.0
    }

    /// Makes and checks this store's ids.
    #[must_use]
    pub fn mint(&self) -> &IdMint {
        &self.context.mint
    }

    /// The largest key of an application, endpoint or source; `Seq::MIN` without any.
    ///
    /// # Errors
    /// `Database` or `Unavailable` as the database fails.
    pub async fn last_seq(&self) -> Result<Seq, StoreError> {
        let client = self.database.client().await?;
        let row = first(&client, LAST_SEQ, &[]).await?;
        let newest: Option<i64> = row.map(|row| row.try_get(0)).transpose().map_err(Fault::from)?.flatten();
        Ok(newest.map_or(Seq::MIN, Seq))
    }

    /// Read one of the store's own facts.
    ///
    /// # Errors
    /// `Database` or `Unavailable` as the database fails.
    pub async fn get_meta(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let client = self.database.client().await?;
        Ok(meta::get(&client, name).await?)
    }

    /// Write one of the store's own facts; flushed when this returns.
    ///
    /// # Errors
    /// `Unavailable` when nothing can be written now; `Database` otherwise.
    pub async fn put_meta(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        Ok(meta::put(&client, name, value).await?)
    }
}
