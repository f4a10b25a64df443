//! What goes wrong inside the core database, and which of the store's errors it becomes.
//!
//! Statements fail with SQLite's errors, rules with the store's; both travel as a [`Fault`] and are judged once, at
//! the edge. What must stay true: `Unavailable` is answered only when nothing was stored.

use rusqlite::{ErrorCode, ffi};

use crate::StoreError;

/// A failed statement or a refused change.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite's error.
    Sql(rusqlite::Error),
    /// The store's own refusal.
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Store(error) => error,
            Fault::Sql(error) => judged(&error),
        }
    }
}

impl Fault {
    /// Whether a flush failed: what reached the disk is unknown, so nothing more may be acknowledged.
    pub(super) fn is_failed_flush(&self) -> bool {
        matches!(self.extended_code(), Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC))
    }

    /// `Taken(field)` when a unique index refused the row, else the fault itself.
    pub(super) fn taken(self, field: &'static str) -> Self {
        match self.extended_code() {
            Some(ffi::SQLITE_CONSTRAINT_UNIQUE) => Self::Store(StoreError::Taken(field)),
            _ => self,
        }
    }

    /// `Missing` when the row belongs to one that is not there, else the fault itself.
    pub(super) fn orphaned(self) -> Self {
        match self.extended_code() {
            Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::Store(StoreError::Missing),
            _ => self,
        }
    }

    fn extended_code(&self) -> Option<std::os::raw::c_int> {
        match self {
            Self::Sql(rusqlite::Error::SqliteFailure(failure, _)) => Some(failure.extended_code),
            _ => None,
        }
    }
}

/// The store's error for one of SQLite's.
fn judged(error: &rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return StoreError::Database(error.to_string());
    };
    match (failure.code, failure.extended_code) {
        (ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE) => {
            StoreError::Unavailable(format!("the disk is full: {error}"))
        }
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => {
            StoreError::Unavailable(format!("another program has locked the database: {error}"))
        }
        _ => StoreError::Database(error.to_string()),
    }
}
