//! The chunks of a store, oldest first. Readers take a snapshot; only the writer adds, only retention removes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{RwLock, RwLockReadGuard};

use super::chunk::Chunk;

/// The chain.
#[derive(Debug)]
pub(super) struct Chain(RwLock<Vec<Arc<Chunk>>>, AtomicU64);

impl Chain {
    /// A chain of at least one chunk, oldest first.
    pub(super) fn new(chunks: Vec<Arc<Chunk>>) -> Self {
        assert!(!chunks.is_empty(), "a chain has an open chunk");
        Self(RwLock::new(chunks), AtomicU64::new(0))
    }

    /// All chunks, oldest first.
    pub(super) fn all(&self) -> Vec<Arc<Chunk>> {
        self.0.read().clone()
    }

    /// All chunks, oldest first, without a copy: for a short look in memory.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Vec<Arc<Chunk>>> {
        self.0.read()
    }

    /// The chunk that takes writes.
    pub(super) fn open(&self) -> Arc<Chunk> {
        Arc::clone(self.0.read().last().expect("a chain has an open chunk"))
    }

    /// The chunk of that number, unless retention dropped it.
    pub(super) fn by_number(&self, number: u32) -> Option<Arc<Chunk>> {
        self.0.read().iter().find(|chunk| chunk.number == number).cloned()
    }

    /// The chunk whose range of message keys holds `seq`.
    pub(super) fn of_message(&self, seq: i64) -> Option<Arc<Chunk>> {
        let chunks = self.0.read();
        let after = chunks.partition_point(|chunk| chunk.summary.first_seq <= seq);
        after.checked_sub(1).map(|index| Arc::clone(&chunks[index]))
    }

    /// The message's chunk and later ones that may hold attempts of it, oldest first.
    pub(super) fn with_attempts_of(&self, seq: i64) -> Vec<Arc<Chunk>> {
        let chunks = self.0.read();
        let after = chunks.partition_point(|chunk| chunk.summary.first_seq <= seq);
        let own_and_later = chunks.iter().skip(after.saturating_sub(1));
        own_and_later.filter(|chunk| chunk.may_hold_attempts_of(seq)).cloned().collect()
    }

    /// Add the chunk that takes writes from now on.
    pub(super) fn push(&self, chunk: Arc<Chunk>) {
        self.0.write().push(chunk);
    }

    /// Take a chunk out; its readers finish undisturbed.
    pub(super) fn remove(&self, number: u32) {
        self.0.write().retain(|chunk| chunk.number != number);
        self.1.fetch_add(1, Ordering::AcqRel);
    }

    /// How many chunks were taken out: a reader that failed meanwhile tries again.
    pub(super) fn removals(&self) -> u64 {
        self.1.load(Ordering::Acquire)
    }
}
