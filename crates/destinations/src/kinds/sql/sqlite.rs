//! SQLite, in a file below the operator's directory.
//!
//! SQLite blocks, so every statement runs on a thread of the blocking pool. Dropping the connection interrupts what is
//! running. The file must exist: a mistyped name must not become an empty database.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, InterruptHandle, OpenFlags, params_from_iter};
use tokio::time::Instant;

use super::value::Value;
use crate::seam::{Fault, Shared};

/// How much sooner than the deadline waiting for a lock ends, so that the answer still comes within it.
const LOCK_MARGIN: Duration = Duration::from_millis(50);

pub(super) struct SqliteConnection {
    /// Away while a statement runs.
    connection: Option<Connection>,
    interrupt: Arc<InterruptHandle>,
}

impl SqliteConnection {
    pub(super) async fn open(shared: &Shared, path: PathBuf) -> Result<Self, Fault> {
        let root = shared.policy.files_root.clone();
        let connection = blocking(move || open(root, path)).await?;
        Ok(Self { interrupt: Arc::new(connection.get_interrupt_handle()), connection: Some(connection) })
    }

    pub(super) async fn run(&mut self, sql: &str, values: &[Value], deadline: Instant) -> Result<u64, Fault> {
        let connection = self.connection.take().ok_or_else(|| Fault::lost("the file is not open"))?;
        let wait = deadline.saturating_duration_since(Instant::now()).saturating_sub(LOCK_MARGIN);
        let (sql, values) = (sql.to_owned(), values.to_vec());
        let (connection, outcome) = blocking(move || {
            let outcome = run(&connection, &sql, values, wait);
            Ok((connection, outcome))
        })
        .await?;
        self.connection = Some(connection);
        outcome.map_err(|error| fault(&error))
    }

    pub(super) const fn is_open(&self) -> bool {
        self.connection.is_some()
    }
}

impl Drop for SqliteConnection {
    fn drop(&mut self) {
        self.interrupt.interrupt();
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Fault::retry(format!("internal error: the statement's thread ended: {error}"))),
    }
}

/// Links are followed first and the place they lead to is judged, then exactly that place is opened.
fn open(root: Option<PathBuf>, path: PathBuf) -> Result<Connection, Fault> {
    let root = root
        .ok_or_else(|| Fault::fail("this server allows no files; the operator can set a files directory"))?;
    let missing = || Fault::fail("the database file does not exist; create it with its table first");
    let (root, path) =
        root.canonicalize().and_then(|root| Ok((root, path.canonicalize()?))).map_err(|_| missing())?;
    if !path.starts_with(&root) {
        return Err(Fault::fail("the database file is outside of the files directory; move it there"));
    }
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| fault(&error))?;
    connection
        .set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)
        .map_err(|error| fault(&error))?;
    Ok(connection)
}

fn run(connection: &Connection, sql: &str, values: Vec<Value>, wait: Duration) -> rusqlite::Result<u64> {
    connection.busy_timeout(wait)?;
    let changed =
        connection.prepare_cached(sql)?.execute(params_from_iter(values.into_iter().map(parameter)))?;
    Ok(changed as u64)
}

fn parameter(value: Value) -> rusqlite::types::Value {
    use rusqlite::types::Value as Sqlite;
    match value {
        Value::Null => Sqlite::Null,
        Value::Integer(number) => Sqlite::Integer(number),
        Value::Float(number) => Sqlite::Real(number),
        Value::Bool(bool) => Sqlite::Integer(bool.into()),
        other => other.into_text().map_or(Sqlite::Null, Sqlite::Text),
    }
}

fn fault(error: &rusqlite::Error) -> Fault {
    let detail = format!("SQLite: {error}");
    match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::OperationInterrupted
            | ErrorCode::OutOfMemory
            | ErrorCode::SystemIoFailure
            | ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen,
        ) => Fault::retry(detail),
        _ => Fault::fail(detail),
    }
}
