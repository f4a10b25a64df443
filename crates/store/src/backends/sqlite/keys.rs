//! Find an idempotency key or an event id in the chain: the open group, memory, then sealed chunks by filter.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::OptionalExtension;
use smallvec::SmallVec;

use super::chain::Chain;
use super::chunk::{Chunk, KeyEntry};

/// By the index that sealing made; the newest row wins.
pub(super) const FIND_KEY: &str =
    "SELECT msg, request FROM message_key WHERE key = ?1 ORDER BY msg DESC LIMIT 1";

/// What is looked for, and how far back.
pub(super) struct Wanted<'a> {
    /// The key's hash.
    pub(super) key: &'a [u8; 16],
    /// Messages before this key do not count.
    pub(super) oldest: i64,
    /// Messages looked at, newest first: beyond these a key is forgotten early.
    pub(super) keys_max: usize,
}

/// Looks through a chain and what the open group has added.
pub(super) struct KeyFinder<'a> {
    pub(super) chain: &'a Chain,
    pub(super) fresh: &'a HashMap<[u8; 16], KeyEntry>,
}

impl KeyFinder<'_> {
    /// The newest message that has the key.
    pub(super) fn find(&self, wanted: &Wanted<'_>) -> rusqlite::Result<Option<KeyEntry>> {
        if let Some(found) = self.fresh.get(wanted.key) {
            return Ok(Some(*found));
        }
        for chunk in self.candidates(wanted) {
            if let Some(found) = self.find_in(&chunk, wanted.key)? {
                return Ok(Some(found).filter(|found| found.message >= wanted.oldest));
            }
        }
        Ok(None)
    }

    /// The chunks of the window that may hold the key, newest first: mostly none. Every publish with a key comes by
    /// here, so nothing is cloned and no filter is locked: the look-ups of all filters overlap in the processor.
    fn candidates(&self, wanted: &Wanted<'_>) -> SmallVec<[Arc<Chunk>; 2]> {
        let mut candidates = SmallVec::new();
        let mut passed = 0;
        for chunk in self.chain.read().iter().rev() {
            if passed >= wanted.keys_max {
                break;
            }
            if chunk.may_hold_key(wanted.key) {
                candidates.push(Arc::clone(chunk));
            }
            if chunk.summary.first_seq < wanted.oldest {
                break;
            }
            passed += chunk.key_count();
        }
        candidates
    }

    /// A chunk that retention has taken away meanwhile holds no keys.
    fn find_in(&self, chunk: &Chunk, key: &[u8; 16]) -> rusqlite::Result<Option<KeyEntry>> {
        match find_in(chunk, key) {
            Err(_) if self.chain.by_number(chunk.number).is_none() => Ok(None),
            found => found,
        }
    }
}

/// Whether the chunk has that key.
pub(super) fn holds(chunk: &Chunk, key: &[u8; 16]) -> rusqlite::Result<bool> {
    find_in(chunk, key).map(|found| found.is_some())
}

fn find_in(chunk: &Chunk, key: &[u8; 16]) -> rusqlite::Result<Option<KeyEntry>> {
    if let Some(index) = &*chunk.index.read() {
        return Ok(index.keys.get(key).copied());
    }
    let reader = chunk.reader()?;
    let mut find = reader.prepare_cached(FIND_KEY)?;
    find.query_row([key], |row| Ok(KeyEntry { message: row.get(0)?, request: row.get(1)? })).optional()
}
