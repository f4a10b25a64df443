//! Which errors can be waited out, and which cannot.

use super::*;

fn failure(code: std::ffi::c_int) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}

#[test]
fn what_may_pass_is_waited_for() {
    for code in [ffi::SQLITE_FULL, ffi::SQLITE_BUSY, ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE] {
        assert_eq!(severity(&failure(code)), Severity::NoRoom, "{code}");
        assert!(matches!(store_error(&failure(code)), StoreError::Unavailable(_)), "{code}");
    }
}

#[test]
fn failed_flush_and_damage_are_the_end() {
    for code in [
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_IOERR_DIR_FSYNC,
        ffi::SQLITE_IOERR,
        ffi::SQLITE_IOERR_READ,
        ffi::SQLITE_CORRUPT,
        ffi::SQLITE_NOTADB,
        ffi::SQLITE_READONLY,
    ] {
        assert_eq!(severity(&failure(code)), Severity::Fatal, "{code}");
        assert!(matches!(store_error(&failure(code)), StoreError::Database(_)), "{code}");
    }
    assert_eq!(severity(&rusqlite::Error::InvalidQuery), Severity::Fatal, "our own mistake");
}
