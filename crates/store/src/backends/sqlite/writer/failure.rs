//! What a failed write means: try again later, or stop for good.

use rusqlite::{ErrorCode, ffi};

use crate::StoreError;

/// The judgement on a database error while writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Severity {
    /// No room (or the file system refuses writes): nothing was committed, a later try can succeed.
    NoRoom,
    /// A flush failed or the file is damaged: what was and was not stored is unknown, so nothing more may be
    /// acknowledged. (A failed flush is not an absent one: the pages may be on disk all the same.)
    Fatal,
}

/// Judge an error from a writing connection.
pub(in super::super) fn severity(error: &rusqlite::Error) -> Severity {
    let rusqlite::Error::SqliteFailure(failure, _) = error else { return Severity::Fatal };
    match (failure.code, failure.extended_code) {
        (
            ErrorCode::DiskFull
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OutOfMemory,
            _,
        )
        | (
            _,
            ffi::SQLITE_IOERR_WRITE
            | ffi::SQLITE_IOERR_SHMSIZE
            | ffi::SQLITE_IOERR_SHMOPEN
            | ffi::SQLITE_CANTOPEN,
        ) => Severity::NoRoom,
        _ => Severity::Fatal,
    }
}

/// The store error for a failed write.
pub(in super::super) fn store_error(error: &rusqlite::Error) -> StoreError {
    match severity(error) {
        Severity::NoRoom => StoreError::Unavailable(format!("the disk is full or refuses writes ({error})")),
        Severity::Fatal => StoreError::Database(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
