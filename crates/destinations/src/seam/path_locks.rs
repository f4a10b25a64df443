//! Who may write to a file now: the locks of all destinations that write files.
//!
//! A file is locked by a number made of its path, so the locks are a fixed few however many files there are; two files
//! that share one only wait for each other.

use std::hash::{DefaultHasher, Hash, Hasher};

use parking_lot::{Mutex, MutexGuard};

/// Files that can be written to at the same time, at most.
const LOCKS: usize = 64;

/// The locks. Held only while a thread of the blocking pool writes.
#[derive(Debug)]
pub(crate) struct PathLocks([Mutex<()>; LOCKS]);

impl Default for PathLocks {
    fn default() -> Self {
        Self([const { Mutex::new(()) }; LOCKS])
    }
}

impl PathLocks {
    /// Waits until nobody else writes to this file.
    pub(crate) fn lock(&self, path: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        let count = LOCKS as u64;
        let index = usize::try_from(hasher.finish() % count).unwrap_or_default();
        self.0[index].lock()
    }
}
