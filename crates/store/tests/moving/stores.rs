//! The stores of these tests: one that was filled and whose server has died, and empty ones of each backend.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hooktide_model::clock::ManualClock;
use hooktide_store::Store;
use hooktide_store::backends::Retention;
use hooktide_store::backends::postgres::{
    DatabaseOptions, PostgresOptions, PostgresSource, PostgresStore, PostgresTarget, PostgresTargetOptions,
};
use hooktide_store::backends::sqlite::{
    SqliteOptions, SqliteSource, SqliteStore, SqliteTarget, SqliteTargetOptions,
};
use hooktide_store::conformance::moving::{Filled, fill};
use hooktide_store::conformance::{Harness, Place};
use hooktide_store::transfer::{ExportLimits, Manifest, Progress, Step, TransferError, export};
use hooktide_store::vault::Vault;
use hooktide_testkit::ScratchSchema;

pub(crate) const WINDOW: Duration = Duration::from_secs(24 * 3600);
pub(crate) const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);
const SECRET: &[u8] = b"a main secret of sufficient length";
/// So that a filled store has several.
const CHUNK_EVENTS: u64 = 40;
/// So that every table has several parts.
pub(crate) const LIMITS: ExportLimits = ExportLimits { part_rows: 17, part_bytes: 6_000 };

pub(crate) fn vault() -> Vault {
    Vault::new(SECRET).expect("the secret is long enough")
}

pub(crate) fn sqlite_options(path: &Path, clock: ManualClock) -> SqliteOptions {
    SqliteOptions {
        path: path.to_owned(),
        vault: vault(),
        clock: Arc::new(clock),
        idempotency_window: WINDOW,
        dedupe_window: 2 * WINDOW,
        idempotency_keys_max: 1_000_000,
        chunk_events: CHUNK_EVENTS,
        chunk_bytes: 1 << 30,
        chunk_age: FOR_EVER,
        free_bytes_min: 0,
        retention: Retention { history: FOR_EVER, disk_bytes_max: 0 },
        on_fatal: Box::new(|reason| panic!("the store gave up: {reason}")),
    }
}

pub(crate) async fn open_sqlite(path: &Path, clock: ManualClock) -> SqliteStore {
    let options = sqlite_options(path, clock);
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(options)).await;
    opened.expect("opening does not panic").expect("the store opens")
}

pub(crate) async fn open_postgres(url: String, clock: ManualClock) -> PostgresStore {
    let options = PostgresOptions {
        database: DatabaseOptions { url, pool_size: 4 },
        vault: vault(),
        clock: Arc::new(clock),
        idempotency_window: WINDOW,
        dedupe_window: 2 * WINDOW,
        retention: Retention { history: FOR_EVER, disk_bytes_max: 0 },
        partition_span: Some(WINDOW),
        node_name: "moved".to_owned(),
        lease: Duration::from_secs(60),
        on_fatal: Box::new(|reason| panic!("the store gave up: {reason}")),
    };
    PostgresStore::open(options).await.expect("the store opens")
}

/// One file, opened once.
struct OneFile(PathBuf);

#[async_trait]
impl Place for OneFile {
    async fn open(&self, clock: ManualClock) -> Arc<dyn Store> {
        Arc::new(open_sqlite(&self.0, clock).await)
    }

    async fn kill(&self, _store: Arc<dyn Store>) {
        unreachable!("these tests open their stores themselves")
    }

    fn idempotency_window(&self) -> Duration {
        WINDOW
    }

    fn dedupe_window(&self) -> Duration {
        2 * WINDOW
    }
}

/// A filled SQLite store whose server has died: nothing was closed.
pub(crate) struct Original {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) filled: Filled,
    pub(crate) clock: ManualClock,
}

impl Original {
    pub(crate) async fn make(seed: u64) -> Self {
        println!("seed {seed}");
        let folder = tempfile::tempdir().expect("a folder is made");
        let harness = Harness::new(Box::new(OneFile(folder.path().join("hooktide.db"))), seed).await;
        let filled = fill(&harness).await;
        assert!(filled.in_memory > 0);
        let clock = harness.clock.clone();
        // Dropped, not closed: what is in memory is in no row.
        drop(harness);
        Self { folder, filled, clock }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("hooktide.db")
    }

    pub(crate) fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    pub(crate) fn source(&self) -> SqliteSource {
        SqliteSource::open(&self.path(), &vault(), &self.clock).expect("the store is opened for an export")
    }

    pub(crate) fn target(&self, name: &str) -> SqliteTarget {
        sqlite_target(&self.folder.path().join(name), vault()).expect("an empty store is made")
    }

    pub(crate) async fn export(&self) -> Manifest {
        export(&mut self.source(), &self.archive(), LIMITS, &mut Quiet).await.expect("the store is exported")
    }
}

pub(crate) fn sqlite_target(path: &Path, vault: Vault) -> Result<SqliteTarget, TransferError> {
    SqliteTarget::open(SqliteTargetOptions {
        path: path.to_owned(),
        vault,
        chunk_events: CHUNK_EVENTS,
        chunk_bytes: 1 << 30,
        chunk_age: FOR_EVER,
    })
}

pub(crate) async fn postgres_target(schema: &ScratchSchema, clock: ManualClock) -> PostgresTarget {
    let options = PostgresTargetOptions {
        database: DatabaseOptions { url: schema.url(), pool_size: 2 },
        vault: vault(),
        clock: Arc::new(clock),
        history: FOR_EVER,
        partition_span: Some(WINDOW),
    };
    PostgresTarget::open(options).await.expect("the database is opened for an import")
}

pub(crate) async fn postgres_source(schema: &ScratchSchema) -> PostgresSource {
    let options = DatabaseOptions { url: schema.url(), pool_size: 2 };
    PostgresSource::open(&options, &vault()).await.expect("the database is opened for an export")
}

pub(crate) struct Quiet;

impl Progress for Quiet {
    fn step(&mut self, _step: &Step) {}
    fn note(&mut self, _text: &str) {}
}

/// Remembers what it was told.
#[derive(Default)]
pub(crate) struct Notes(pub(crate) Vec<String>);

impl Progress for Notes {
    fn step(&mut self, _step: &Step) {}
    fn note(&mut self, text: &str) {
        self.0.push(text.to_owned());
    }
}
