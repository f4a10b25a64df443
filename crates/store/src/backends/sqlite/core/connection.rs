//! Opening the file: its mode, and what every connection is set to.
//!
//! What must stay true: the file (and with it SQLite's files beside it, which take over its mode) is readable by its
//! owner only, and every writing connection flushes each commit.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::fault::Fault;
use crate::StoreError;

/// How long a statement waits for a lock that another program holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Prepared statements kept per connection: more than there are, so none is prepared twice.
const STATEMENTS_CACHED_MAX: usize = 64;

/// Read and written by the owner, by nobody else.
const FILE_MODE: u32 = 0o600;

/// Set on every connection. `fullfsync` counts on macOS only, where a plain flush stops at the drive's cache.
const SETTINGS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
";

/// Create the file if there is none, and take it away from everybody but its owner.
pub(super) fn prepare_file(path: &Path) -> Result<(), StoreError> {
    let failed =
        |error: io::Error| StoreError::Database(format!("failed to open {}: {error}", path.display()));
    // Created here and not by SQLite, so that there is no moment in which others may read it.
    let created = OpenOptions::new().read(true).write(true).create_new(true).mode(FILE_MODE).open(path);
    match created {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => tighten(path).map_err(failed),
        Err(error) => Err(failed(error)),
    }
}

fn tighten(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    }
    Ok(())
}

/// The connection that writes. The file exists already.
pub(super) fn open_writer(path: &Path) -> Result<Connection, Fault> {
    let mut connection = open(path)?;
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    Ok(connection)
}

/// Switch to the write-ahead log, which stays on in the file: readers do not wait for the writer, nor it for them.
pub(super) fn use_write_ahead_log(connection: &Connection) -> Result<(), Fault> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    let text = format!("the file system does not support SQLite's write-ahead log (journal mode {mode})");
    Err(StoreError::Database(text).into())
}

/// A connection that can only read.
pub(super) fn open_reader(path: &Path) -> Result<Connection, Fault> {
    let connection = open(path)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

fn open(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
    connection.execute_batch(SETTINGS)?;
    Ok(connection)
}
