//! One process at a time has a store: an advisory lock on a file beside it, which ends with the process however it ends.
//!
//! SQLite's own locks guard single statements only; two servers over one store would each deliver everything.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::chunk::with_suffix;
use crate::StoreError;

/// Read and written by the owner, by nobody else.
const FILE_MODE: u32 = 0o600;

/// The store is this process's own until this is dropped.
#[derive(Debug)]
pub(super) struct StoreLock {
    _file: File,
}

impl StoreLock {
    /// Have the store at `path` for this process alone.
    ///
    /// # Errors
    /// `Unavailable` when another process has it; `Database` when the file cannot be made.
    pub(super) fn take(path: &Path) -> Result<Self, StoreError> {
        let lock = with_suffix(path, ".lock");
        let failed = |error: std::io::Error| {
            StoreError::Database(format!("failed to lock {}: {error}", lock.display()))
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(FILE_MODE);
        let file = options.open(&lock).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Unavailable(format!(
                "another process has {} open: stop it first",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
