//! The tables of a chunk file, how one is created, and its small key-value table.
//!
//! A file is built under a temporary name and renamed when complete, so a crash leaves either no chunk or a whole
//! one. An earlier schema only ever lacks tables or columns that may be null: they are added when the chunk is opened.

use std::fs::{self, File};
use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

/// The schema that this program writes and reads.
const SCHEMA_VERSION: i32 = 4;
/// The schema before receipts; it and those after it are brought up to date when a chunk is opened.
const SCHEMA_WITHOUT_RECEIPTS: i32 = 1;
/// Bytes per page: measured 15 % cheaper per event than 4 KiB in groups of 100, on disk too.
const PAGE_BYTES: u32 = 8192;
/// Pages of WAL after which a commit moves them into the database file: 32 MiB.
const WAL_PAGES_MAX: u32 = 4096;

/// `seq` is the time-ordered key of the message, so inserts append at the right edge of the tree; `schedule` is in the
/// order of time for the same reason: rows of a thousand endpoints lie on few pages. `finished` names
/// schedule rows of earlier chunks that an outcome in this chunk has ended and that are still to be deleted there.
const SCHEMA: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE message (
    seq INTEGER PRIMARY KEY,
    app INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    uid TEXT,
    channels TEXT,
    tags TEXT,
    deliver_at INTEGER,
    expires_at INTEGER NOT NULL,
    targets BLOB NOT NULL,
    hops INTEGER
);
CREATE TABLE payload (
    seq INTEGER PRIMARY KEY,
    content_type TEXT,
    plain_bytes INTEGER,
    body BLOB NOT NULL,
    params TEXT
);
CREATE TABLE attempt (
    msg INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    ep INTEGER NOT NULL,
    number INTEGER NOT NULL,
    trigger INTEGER NOT NULL,
    status INTEGER NOT NULL,
    code INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    url INTEGER NOT NULL,
    next_due INTEGER,
    response BLOB,
    PRIMARY KEY (msg, seq)
) WITHOUT ROWID;
CREATE TABLE url (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE schedule (
    ep INTEGER NOT NULL,
    due INTEGER NOT NULL,
    msg INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    trigger INTEGER NOT NULL,
    PRIMARY KEY (due, ep, msg)
) WITHOUT ROWID;
CREATE TABLE message_key (key BLOB NOT NULL, request BLOB, msg INTEGER NOT NULL);
CREATE TABLE finished (
    segment INTEGER NOT NULL,
    ep INTEGER NOT NULL,
    due INTEGER NOT NULL,
    msg INTEGER NOT NULL,
    PRIMARY KEY (segment, ep, due, msg)
) WITHOUT ROWID;
";

/// A receipt has the key of its message; one of a request that became none has a key of its own and keeps the body.
const RECEIPTS: &str = "
CREATE TABLE IF NOT EXISTS receipt (
    seq INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    head BLOB NOT NULL,
    plain_bytes INTEGER,
    body BLOB
);
";
/// Null in every row that was not passed on; no row is rewritten.
const ADD_HOPS: &str = "ALTER TABLE message ADD COLUMN hops INTEGER";
/// Null in every row whose publisher said nothing to scripts; no row is rewritten.
const ADD_PARAMS: &str = "ALTER TABLE payload ADD COLUMN params TEXT";
/// Lists of a source; the outcome is in the index so that a filter reads no rows.
const INDEX_RECEIPT: &str = "CREATE INDEX IF NOT EXISTS receipt_by_source ON receipt (source, seq, outcome)";

/// Names in the `meta` table.
pub(in super::super) struct Meta;

impl Meta {
    /// The smallest message key that can be in this chunk.
    pub(in super::super) const FIRST_SEQ: &'static str = "first_seq";
    /// No message below this key lacks an outcome or a schedule row.
    pub(in super::super) const LOW_WATER: &'static str = "low_water";
    /// Present once the chunk has its indexes.
    pub(in super::super) const SEALED: &'static str = "sealed";
    /// The keys' Bloom filter.
    pub(in super::super) const BLOOM: &'static str = "bloom";
    /// The largest message key.
    pub(in super::super) const LAST_SEQ: &'static str = "last_seq";
    /// The smallest message key that an attempt in this chunk belongs to.
    pub(in super::super) const ATTEMPT_MESSAGE_MIN: &'static str = "attempt_message_min";
    /// The largest attempt key.
    pub(in super::super) const ATTEMPT_MAX: &'static str = "attempt_max";
    /// The smallest attempt key.
    pub(in super::super) const ATTEMPT_MIN: &'static str = "attempt_min";
}

/// Create an empty chunk file whose messages start at `first_seq`. The low-water mark is in it from the first moment:
/// a crash right after the rename must not make the next start overlook deliveries of earlier chunks.
pub(in super::super) fn create_file(path: &Path, first_seq: i64, low_water: i64) -> rusqlite::Result<()> {
    let building = path.with_extension("new");
    remove_if_present(&building)?;
    let connection = Connection::open(&building)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.execute_batch(RECEIPTS)?;
    put_meta(&transaction, Meta::FIRST_SEQ, &first_seq)?;
    put_meta(&transaction, Meta::LOW_WATER, &low_water)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)?;
    fs::rename(&building, path).map_err(|error| io_error(&error))?;
    sync_folder(path)
}

/// Take a chunk file away for good, with what lies beside it; the folder is flushed.
pub(in super::super) fn discard_file(path: &Path) -> rusqlite::Result<()> {
    remove_if_present(path)?;
    for suffix in ["-wal", "-shm"] {
        remove_if_present(&super::file::with_suffix(path, suffix))?;
    }
    sync_folder(path)
}

/// Open a chunk for writing: WAL, every commit flushed. Never makes a file: retention may have taken it away.
pub(in super::super) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if !(SCHEMA_WITHOUT_RECEIPTS..=SCHEMA_VERSION).contains(&version) {
        return Err(io_error(&std::io::Error::other(format!(
            "{} has schema {version}, this program reads {SCHEMA_VERSION}: use the program version that wrote it",
            path.display()
        ))));
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    checkpoint_in_commits(&connection)?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(32);
    if version < SCHEMA_VERSION {
        bring_up_to_date(&mut connection)?;
    }
    Ok(connection)
}

/// Let commits move the log once it is long: right for all but the busy writer of the open chunk.
pub(in super::super) fn checkpoint_in_commits(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES_MAX)
}

/// Add the empty table of receipts with its index, the messages' column of hops, and the payloads' of what scripts are
/// told. Safe to do twice: somebody else may have been quicker.
fn bring_up_to_date(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(RECEIPTS)?;
    index_receipts(&transaction)?;
    if !transaction.column_exists(None, "message", "hops")? {
        transaction.execute_batch(ADD_HOPS)?;
    }
    if !transaction.column_exists(None, "payload", "params")? {
        transaction.execute_batch(ADD_PARAMS)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

/// Give a chunk's receipts their index.
pub(super) fn index_receipts(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(INDEX_RECEIPT)
}

/// Write one value of the `meta` table.
pub(in super::super) fn put_meta(
    connection: &Connection,
    name: &str,
    value: &dyn rusqlite::ToSql,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        )?
        .execute(params![name, value])?;
    Ok(())
}

/// Read one value of the `meta` table.
pub(in super::super) fn get_meta<T: rusqlite::types::FromSql>(
    connection: &Connection,
    name: &str,
) -> rusqlite::Result<Option<T>> {
    connection
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

fn remove_if_present(path: &Path) -> rusqlite::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error(&error)),
        _ => Ok(()),
    }
}

/// Flush the folder, so that the rename survives a power cut.
fn sync_folder(path: &Path) -> rusqlite::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| io_error(&error))
}

/// A file system error in the database's error type, so that callers judge one kind of error.
fn io_error(error: &std::io::Error) -> rusqlite::Error {
    let code = if error.kind() == std::io::ErrorKind::StorageFull {
        rusqlite::ffi::SQLITE_FULL
    } else {
        rusqlite::ffi::SQLITE_IOERR
    };
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), Some(error.to_string()))
}
