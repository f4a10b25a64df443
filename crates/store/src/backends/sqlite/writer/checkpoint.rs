//! Move the open chunk's log into its database file, beside the writer instead of in its way.
//!
//! SQLite would do it inside the commit that makes the log too long: some 30 MB are written and flushed while every
//! caller waits. Here a thread of its own moves most of it, and the writer only what was added meanwhile, which lets
//! the log start again from its beginning. A crash at any point leaves a log that the next opening reads.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::super::chunk::open_writer;
use super::thread::Writer;

/// Pages of log (8 KiB each) after which it is moved.
const LOG_PAGES: u32 = 2048;
/// Pages after which the writer waits for it: the log must not grow without end on a slow disk.
const LOG_PAGES_MAX: u32 = 32_768;
/// Passes of the thread: each moves what was added during the one before.
const PASSES: usize = 2;

/// How long the writer waits for a lock. Ours are held for a fraction of it; for somebody else's, callers are told to
/// come again while they still listen: providers give an answer three seconds.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// How long the log is, and who is moving it.
#[derive(Debug, Default)]
pub(in super::super) struct Checkpoints {
    pages: Arc<AtomicU32>,
    mover: Option<JoinHandle<rusqlite::Result<()>>>,
}

impl Checkpoints {
    /// Take over the checkpoints of a connection that the writer is going to use, and bound its waits for locks.
    pub(super) fn watch(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        connection.busy_timeout(LOCK_PATIENCE)?;
        self.pages.store(0, Ordering::Relaxed);
        let pages = Arc::clone(&self.pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count: std::ffi::c_int| {
            pages.store(count.unsigned_abs(), Ordering::Relaxed);
            Ok(())
        }))
    }

    /// Wait for the thread, if it runs.
    pub(super) fn finish(&mut self) -> rusqlite::Result<()> {
        match self.mover.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(done)) => done,
            Some(Err(_panic)) => {
                tracing::warn!("moving the log panicked; the next checkpoint moves it");
                Ok(())
            }
        }
    }
}

impl Writer {
    /// Between transactions: start a move, or end one that has come near the log's end.
    pub(super) fn checkpoint_if_long(&mut self) {
        let pages = self.checkpoints.pages.load(Ordering::Relaxed);
        let done = match &self.checkpoints.mover {
            Some(mover) if mover.is_finished() || pages >= LOG_PAGES_MAX => {
                self.checkpoints.finish().and_then(|()| move_log(&self.connection))
            }
            None if pages >= LOG_PAGES => {
                let path = self.open.path.clone();
                let work = move || beside(&path);
                // Without a thread the writer does it.
                match std::thread::Builder::new().name("store-checkpoint".to_owned()).spawn(work) {
                    Ok(mover) => {
                        self.checkpoints.mover = Some(mover);
                        Ok(())
                    }
                    Err(_) => move_log(&self.connection),
                }
            }
            Some(_) | None => return,
        };
        if let Err(error) = done {
            self.note_failure(&error);
        }
    }
}

fn beside(path: &Path) -> rusqlite::Result<()> {
    let connection = open_writer(path)?;
    (0..PASSES).try_for_each(|_| move_log(&connection))
}

/// Whoever is reading keeps what it needs: the rest is moved next time.
fn move_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}
