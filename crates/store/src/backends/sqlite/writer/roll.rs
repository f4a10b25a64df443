//! Start the next chunk when the open one is full, and watch the disk.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use hooktide_model::Timestamp;
use rusqlite::Connection;

use super::super::chain::Chain;
use super::super::chunk::{
    Chunk, checkpoint_in_commits, chunk_path, create_file, discard_file, open_writer, seal,
};
use super::thread::{Writer, passed};

/// Time between looks at the free space.
const DISK_CHECK_EVERY: Duration = Duration::from_secs(1);

impl Writer {
    /// Roll when the open chunk has reached a limit and the previous one is sealed.
    pub(super) fn roll_if_full(&mut self, now: Timestamp) {
        let old = self.events > 0 && passed(self.opened_at, now, self.settings.chunk_age);
        let full = self.events >= self.settings.chunk_events || old;
        if !full && !self.is_large {
            return;
        }
        if self.sealer.as_ref().is_some_and(|sealer| !sealer.is_finished()) {
            return;
        }
        match self.start_next_chunk(now) {
            Ok((closed, connection)) => {
                self.sealer = seal_in_background(vec![(closed, connection)]);
                self.sealed_at = now;
            }
            Err(error) => {
                tracing::error!(%error, "failed to start the next chunk, going on with the full one");
                // Not judged by severity: the open chunk still works. Try again after another tenth of its size.
                self.events = self.settings.chunk_events - self.settings.chunk_events / 10;
                self.opened_at = now;
                self.is_large = false;
            }
        }
    }

    fn start_next_chunk(&mut self, now: Timestamp) -> rusqlite::Result<(Arc<Chunk>, Connection)> {
        let folder = self.open.path.parent().expect("chunks lie in a folder").to_owned();
        let number = self.open.number + 1;
        let first_seq = self.seqs.next(now);
        let path = chunk_path(&folder, number);
        let mark = self.outstanding.low_water(first_seq);
        let opened = create_file(&path, first_seq.0, mark.0).and_then(|()| open_writer(&path));
        let watched = opened.and_then(|mut connection| {
            self.checkpoints.watch(&mut connection)?;
            Ok(connection)
        });
        let connection = match watched {
            Ok(connection) => connection,
            Err(error) => return Err(self.without_next_chunk(&path, error)),
        };
        self.shared.low_water.store(mark.0, Ordering::Release);
        self.buried.clear();
        let chunk = Arc::new(Chunk::fresh(&folder, number, first_seq.0));
        self.chain.push(Arc::clone(&chunk));
        let closed = std::mem::replace(&mut self.open, chunk);
        let connection = std::mem::replace(&mut self.connection, connection);
        if let Err(error) = checkpoint_in_commits(&connection) {
            tracing::warn!(%error, "the log of a closed chunk is moved when it is sealed");
        }
        self.urls.clear();
        self.events = 0;
        self.is_large = false;
        self.opened_at = now;
        self.last_seq = first_seq;
        Ok((closed, connection))
    }

    /// The open chunk goes on taking messages, so no file may be left that claims them at the next start.
    fn without_next_chunk(&mut self, path: &Path, error: rusqlite::Error) -> rusqlite::Error {
        if let Err(left) = discard_file(path) {
            tracing::error!(error = %left, path = %path.display(), "failed to take away a chunk that was not completed");
            self.note_fatal(&left);
        }
        error
    }

    /// Refuse publishes before the disk is quite full: outcomes of what was accepted still need room.
    pub(super) fn check_disk(&mut self, now: Timestamp) {
        if !passed(self.disk_checked_at, now, DISK_CHECK_EVERY) {
            return;
        }
        self.disk_checked_at = now;
        self.is_large = self.events > 0 && self.open.disk_bytes() >= self.settings.chunk_bytes;
        let Ok(disk) = rustix::fs::statvfs(&self.open.path) else { return };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let total = disk.f_blocks.saturating_mul(disk.f_frsize);
        let low = free < self.settings.free_bytes_min.min(total / 20);
        if low != self.disk_is_low {
            self.disk_is_low = low;
            self.shared.writable.store(!low && !self.failed, Ordering::Release);
            if low {
                tracing::error!(
                    free_bytes = free,
                    "the disk is nearly full: publishes get 503, deliveries go on"
                );
            } else {
                tracing::info!(free_bytes = free, "the disk has room again: publishes are accepted");
            }
        }
    }
}

/// Seal closed chunks that a crash or a full disk left without indexes.
pub(in super::super) fn seal_leftovers(chain: &Chain) -> rusqlite::Result<Option<JoinHandle<()>>> {
    let open = chain.open().number;
    let mut leftovers = Vec::new();
    for chunk in chain.all() {
        if chunk.number != open && !chunk.is_sealed() {
            let connection = open_writer(&chunk.path)?;
            leftovers.push((chunk, connection));
        }
    }
    Ok(if leftovers.is_empty() { None } else { seal_in_background(leftovers) })
}

/// Seal closed chunks, oldest first, on a thread of their own.
fn seal_in_background(chunks: Vec<(Arc<Chunk>, Connection)>) -> Option<JoinHandle<()>> {
    let work = move || {
        for (chunk, connection) in chunks {
            match seal(&chunk, connection) {
                Ok(()) => tracing::debug!(chunk = chunk.number, "chunk sealed"),
                Err(error) => {
                    tracing::warn!(chunk = chunk.number, %error, "failed to seal a chunk, trying again later");
                }
            }
        }
    };
    std::thread::Builder::new().name("store-sealer".to_owned()).spawn(work).ok()
}
