//! The core database: opened once at start, shared by everything that reads or writes configuration.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hooktide_model::{Clock, IdMint, Seq};
use rusqlite::{Connection, Transaction};

use super::fault::Fault;
use super::lanes::{READERS, Readers, Writer};
use super::rows::{ClockRef, Context, all, first};
use super::{connection, meta, schema};
use crate::StoreError;
use crate::backends::common::configuration::{ID_KEY_BYTES, IDEMPOTENCY_ROWS_MAX};
use crate::vault::Vault;

/// The newest keys of each table, by primary key.
pub(super) const LAST_SEQ: &str = "SELECT max(coalesce((SELECT max(seq) FROM application), 0), \
     coalesce((SELECT max(seq) FROM endpoint), 0), coalesce((SELECT max(seq) FROM source), 0))";

/// Configuration in one SQLite file. Clones share the connections.
#[derive(Clone, Debug)]
pub struct CoreDb {
    pub(super) writer: Arc<Writer>,
    pub(super) readers: Arc<Readers>,
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

impl CoreDb {
    /// Open the file, made (mode 0600) and migrated if need be. The directory must exist. Blocks.
    ///
    /// `idempotency_window` is how long an idempotency key is remembered after its request.
    ///
    /// # Errors
    /// `Database` when the file cannot be opened, belongs to another program, was written by a newer version, or was
    /// sealed with another main secret; `Unavailable` when it is locked or the disk is full.
    pub fn open(
        path: &Path,
        vault: Vault,
        clock: Arc<dyn Clock>,
        idempotency_window: Duration,
    ) -> Result<Self, StoreError> {
        connection::prepare_file(path)?;
        Self::open_prepared(path, vault, clock, idempotency_window).map_err(|fault| named(fault.into(), path))
    }

    fn open_prepared(
        path: &Path,
        vault: Vault,
        clock: Arc<dyn Clock>,
        idempotency_window: Duration,
    ) -> Result<Self, Fault> {
        let mut writing = connection::open_writer(path)?;
        schema::claim(&writing)?;
        connection::use_write_ahead_log(&writing)?;
        schema::migrate(&mut writing)?;
        let id_key = first_id_key(&mut writing, &vault)?;
        let reading: Result<Vec<Connection>, Fault> =
            (0..READERS).map(|_| connection::open_reader(path)).collect();
        let context = Context {
            vault: Arc::new(vault),
            mint: IdMint::new(&id_key),
            clock: ClockRef(clock),
            idempotency_window,
            idempotency_rows_max: IDEMPOTENCY_ROWS_MAX,
        };
        Ok(Self {
            writer: Arc::new(Writer::new(writing)),
            readers: Arc::new(Readers::new(reading?)),
            context: Arc::new(context),
            id_key: IdKey(id_key),
        })
    }

    /// The key that this store's ids are made with: random, made at the first start, sealed in the file.
    #[must_use]
    pub fn id_key(&self) -> [u8; 32] {
        self.id_key.0
    }

    /// Makes and checks this store's ids.
    #[must_use]
    pub fn mint(&self) -> &IdMint {
        &self.context.mint
    }

    /// The largest key of an application, endpoint or source; `Seq::MIN` without any. Blocks.
    ///
    /// # Errors
    /// `Database` or `Unavailable` as the database fails.
    pub fn last_seq(&self) -> Result<Seq, StoreError> {
        let newest = |step: &Transaction<'_>| first(step, LAST_SEQ, [], |row| Ok(row.get(0)?));
        Ok(Seq(self.writer.write_blocking(newest)?.unwrap_or(0)))
    }

    /// Read one of the store's own facts. Blocks: not for async threads.
    ///
    /// # Errors
    /// `Database` or `Unavailable` as the database fails.
    pub fn get_meta(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.writer.write_blocking(|step| meta::get(step, name))
    }

    /// Write one of the store's own facts; flushed when this returns. Blocks: not for async threads.
    ///
    /// # Errors
    /// `Unavailable` when nothing can be written now; `Database` otherwise.
    pub fn put_meta(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        self.writer.write_blocking(|step| meta::put(step, name, value))
    }

    /// Seals and opens what lies outside this file.
    pub(in super::super) fn vault(&self) -> &Vault {
        &self.context.vault
    }

    /// Whether a flush failed since the start: nothing is written any more, and the process should end.
    #[must_use]
    pub fn flush_has_failed(&self) -> bool {
        self.writer.has_failed()
    }

    /// Check every page, index and reference of the file. Takes about a second per gigabyte.
    ///
    /// # Errors
    /// `Database` with what was found first.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.readers.read(|snapshot| check(snapshot)).await
    }

    /// Run `step` on one snapshot.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Connection, &Context) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let context = Arc::clone(&self.context);
        self.readers.read(move |snapshot| step(snapshot, &context)).await
    }

    /// Run `step` as one transaction.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Connection, &Context) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let context = Arc::clone(&self.context);
        self.writer.write(move |transaction| step(transaction, &context)).await
    }
}

fn first_id_key(connection: &mut Connection, vault: &Vault) -> Result<[u8; ID_KEY_BYTES], Fault> {
    let transaction = connection.transaction()?;
    let key = meta::id_key(&transaction, vault)?;
    transaction.commit()?;
    Ok(key)
}

fn check(snapshot: &Connection) -> Result<(), Fault> {
    let damage = all(snapshot, "PRAGMA integrity_check(1)", [], |row| Ok(row.get::<_, String>(0)?))?;
    if let Some(found) = damage.iter().find(|line| *line != "ok") {
        return Err(StoreError::Database(format!("the database is damaged: {found}")).into());
    }
    let orphans = all(snapshot, "PRAGMA foreign_key_check", [], |row| Ok(row.get::<_, String>(0)?))?;
    match orphans.first() {
        Some(table) => {
            let text = format!("the database is damaged: a row of {table} refers to a row that is gone");
            Err(StoreError::Database(text).into())
        }
        None => Ok(()),
    }
}

/// The same error, saying which file.
pub(super) fn named(error: StoreError, path: &Path) -> StoreError {
    let place = path.display();
    match error {
        StoreError::Database(text) => StoreError::Database(format!("failed to open {place}: {text}")),
        StoreError::Unavailable(text) => StoreError::Unavailable(format!("failed to open {place}: {text}")),
        other => other,
    }
}
