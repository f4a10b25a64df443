//! SQLite: a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use hooktide_model::clock::ManualClock;
use hooktide_store::Store;
use hooktide_store::backends::Retention;
use hooktide_store::backends::sqlite::{SqliteOptions, SqliteStore};
use hooktide_store::conformance::Place;
use hooktide_store::vault::Vault;
use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::{DEDUPE_WINDOW, FOR_EVER, SECRET, WINDOW};

/// How long sealing in the background may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A SQLite store's folder. A kill moves on to a copy of what lay on the disk at that moment.
pub(crate) struct SqlitePlace {
    directory: tempfile::TempDir,
    /// How many times the store was killed: the folder in use.
    life: Mutex<u32>,
    chunk_events: u64,
}

impl SqlitePlace {
    /// A fresh one; a segment of history takes so many events.
    pub(crate) fn fresh(chunk_events: u64) -> Self {
        let directory = tempfile::tempdir().expect("a folder is made");
        Self { directory, life: Mutex::new(0), chunk_events }
    }

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
            vault: Vault::new(SECRET).expect("the secret is long enough"),
            clock: Arc::new(clock),
            idempotency_window: WINDOW,
            dedupe_window: DEDUPE_WINDOW,
            idempotency_keys_max: 1_000_000,
            chunk_events: self.chunk_events,
            chunk_bytes: 1 << 30,
            chunk_age: FOR_EVER,
            free_bytes_min: 0,
            retention: Retention { history: FOR_EVER, disk_bytes_max: 0 },
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
