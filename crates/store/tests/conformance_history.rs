//! The flow and history parts of the conformance suite over every backend.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use hooktide_model::clock::ManualClock;
use hooktide_store::Store;
use hooktide_store::backends::BACKENDS;
use hooktide_store::backends::sqlite::{Retention, SqliteOptions, SqliteStore};
use hooktide_store::conformance::flow::FLOW_CLAIMS;
use hooktide_store::conformance::history::HISTORY_CLAIMS;
use hooktide_store::conformance::{ClaimFn, Harness, Place};
use hooktide_store::vault::Vault;
use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

const WINDOW: Duration = Duration::from_secs(24 * 3600);
const DEDUPE_WINDOW: Duration = Duration::from_secs(30 * 24 * 3600);
/// So that every claim crosses several rolls and sealings.
const SMALL_CHUNK: u64 = 7;
/// So that every claim stays in one open chunk.
const BIG_CHUNK: u64 = 200_000;
/// How long sealing in the background may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A SQLite store's folder. A kill moves on to a copy of what lay on the disk at that moment.
struct SqlitePlace {
    directory: tempfile::TempDir,
    /// How many times the store was killed: the folder in use.
    life: Mutex<u32>,
    chunk_events: u64,
}

impl SqlitePlace {
    fn folder(&self) -> PathBuf {
        self.directory.path().join(self.life.lock().to_string())
    }
}

#[async_trait]
impl Place for SqlitePlace {
    async fn open(&self, clock: ManualClock) -> Arc<dyn Store> {
        let folder = self.folder();
        std::fs::create_dir_all(&folder).expect("a folder is made");
        let options = SqliteOptions {
            path: folder.join("hooktide.db"),
            vault: Vault::new(b"a main secret of sufficient length").expect("the secret is long enough"),
            clock: Arc::new(clock),
            idempotency_window: WINDOW,
            dedupe_window: DEDUPE_WINDOW,
            idempotency_keys_max: 1_000_000,
            chunk_events: self.chunk_events,
            chunk_bytes: 1 << 30,
            chunk_age: Duration::from_secs(365 * 24 * 3600),
            free_bytes_min: 0,
            retention: Retention { history: Duration::from_secs(365 * 24 * 3600), disk_bytes_max: 0 },
            on_fatal: Box::new(|reason| panic!("the store gave up: {reason}")),
        };
        let opened = tokio::task::spawn_blocking(move || SqliteStore::open(options))
            .await
            .expect("opening does not panic");
        Arc::new(opened.expect("the store opens"))
    }

    async fn kill(&self, store: Arc<dyn Store>) {
        let from = self.folder();
        let history = from.join("hooktide.db.history");
        // Between transactions, so that the copy is what was on the disk at one moment.
        let waiting = async {
            *self.life.lock() += 1;
            let to = self.folder();
            while !(is_quiet(&history) && copied_at_once(&from, &to)) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the store comes to rest");
        store.close().await;
    }

    fn idempotency_window(&self) -> Duration {
        WINDOW
    }

    fn dedupe_window(&self) -> Duration {
        DEDUPE_WINDOW
    }
}

/// Whether every chunk but the open one is sealed.
fn is_quiet(history: &Path) -> bool {
    let entries = std::fs::read_dir(history).expect("the folder is read");
    let mut chunks: Vec<_> = entries.map(|entry| entry.expect("the folder is read").path()).collect();
    chunks.retain(|path| path.extension().is_some_and(|extension| extension == "db"));
    chunks.sort();
    chunks.pop();
    chunks.iter().all(|path| {
        let chunk =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).expect("a chunk opens");
        let sealed = chunk.query_row("SELECT 1 FROM meta WHERE name = 'sealed'", [], |_| Ok(()));
        sealed.optional().expect("a chunk is read").is_some()
    })
}

/// Copy the folder; whether nothing changed in it meanwhile.
fn copied_at_once(from: &Path, to: &Path) -> bool {
    let _ = std::fs::remove_dir_all(to);
    let before = look_at(from);
    let copied = copy_folder(from, to);
    copied.is_ok() && before.is_ok_and(|before| look_at(from).is_ok_and(|after| before == after))
}

/// The files that last, with length and time of the last change.
fn look_at(folder: &Path) -> std::io::Result<Vec<(PathBuf, u64, SystemTime)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(look_at(&entry.path())?);
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            let data = entry.metadata()?;
            files.push((entry.path(), data.len(), data.modified()?));
        }
    }
    files.sort();
    Ok(files)
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn place(backend: &str, chunk_events: u64) -> Box<dyn Place> {
    assert_eq!(backend, "sqlite", "a new backend needs a place here");
    Box::new(SqlitePlace {
        directory: tempfile::tempdir().expect("a folder is made"),
        life: Mutex::new(0),
        chunk_events,
    })
}

/// Run all claims; each on a store and in a task of its own, so that one broken claim does not hide the next.
async fn hold(claims: &[(&'static str, ClaimFn)], chunk_events: u64, seeds: &[u64]) {
    let only = std::env::var("HOOKTIDE_CLAIM").unwrap_or_default();
    let mut broken = Vec::new();
    // PostgreSQL has no store of its own yet, only its configuration.
    for backend in BACKENDS.iter().filter(|backend| **backend != "postgres") {
        for (name, claim) in claims.iter().filter(|(name, _)| name.contains(&only)) {
            // Most claims leave nothing to chance: once is enough.
            let by_chance = name.starts_with("ledger::") || name.starts_with("lists::");
            for seed in if by_chance { seeds } else { &seeds[..1] } {
                let (claim, seed, place) = (*claim, *seed, place(backend, chunk_events));
                let held = tokio::spawn(async move {
                    let harness = Harness::new(place, seed).await;
                    claim(&harness).await;
                    harness.store().close().await;
                });
                if held.await.is_err() {
                    broken.push(format!("{backend}: {name} with seed {seed}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "claims that do not hold: {broken:#?}");
}

fn seeds() -> Vec<u64> {
    match std::env::var("HOOKTIDE_SEED") {
        Ok(seed) => vec![seed.parse().expect("HOOKTIDE_SEED is a number")],
        Err(_) => vec![1, 2, 3],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flow_holds_over_many_small_segments() {
    hold(FLOW_CLAIMS, SMALL_CHUNK, &seeds()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flow_holds_in_one_big_segment() {
    hold(FLOW_CLAIMS, BIG_CHUNK, &seeds()[..1]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_holds_over_many_small_segments() {
    hold(HISTORY_CLAIMS, SMALL_CHUNK, &seeds()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_holds_in_one_big_segment() {
    hold(HISTORY_CLAIMS, BIG_CHUNK, &seeds()[..1]).await;
}

#[test]
fn every_claim_is_listed_once() {
    let mut names: Vec<&str> = FLOW_CLAIMS.iter().chain(HISTORY_CLAIMS).map(|(name, _)| *name).collect();
    names.sort_unstable();
    let listed = names.len();
    names.dedup();
    assert_eq!(names.len(), listed);
}
