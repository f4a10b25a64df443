//! What goes wrong with PostgreSQL, and which of the store's errors it becomes.
//!
//! What must stay true: no error shows a password, and whoever may come back later is told so (`Unavailable`).

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::StoreError;

/// The store's error for one of the database's: what passes by itself is `Unavailable`, the rest `Database`.
///
/// After `Unavailable` from a commit it is not known whether it took place.
pub(super) fn judged(error: &Error) -> StoreError {
    let text = described(error);
    if is_passing(error) { StoreError::Unavailable(text) } else { StoreError::Database(text) }
}

/// Whether the connection was lost or never made.
pub(super) fn is_lost(error: &Error) -> bool {
    match error.code() {
        Some(code) => {
            code.code().starts_with("08")
                || [
                    SqlState::ADMIN_SHUTDOWN,
                    SqlState::CRASH_SHUTDOWN,
                    SqlState::CANNOT_CONNECT_NOW,
                    // This process was stopped inside a transaction, and the database has ended the session.
                    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                ]
                .contains(code)
        }
        // Without the server's word it is the transport that failed, unless a value did not fit its type.
        None => !error.to_string().contains("serializing"),
    }
}

fn is_passing(error: &Error) -> bool {
    if is_lost(error) {
        return true;
    }
    let Some(code) = error.code() else { return false };
    // Class 40: a serialisation failure or deadlock. 53: out of disk, memory or connections. 57: stopping, starting, or a
    // statement out of time. 58: an error of its system.
    matches!(code.code().get(..2), Some("08" | "40" | "53" | "57" | "58"))
        || [SqlState::LOCK_NOT_AVAILABLE, SqlState::READ_ONLY_SQL_TRANSACTION].contains(code)
}

/// A failed statement or a refused change, judged once, at the edge.
#[derive(Debug)]
pub(super) enum Fault {
    /// The database's error.
    Sql(Error),
    /// The store's own refusal.
    Store(StoreError),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
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
    /// `Taken(field)` when that unique index refused the row, else the fault itself.
    pub(super) fn taken(self, index: &str, field: &'static str) -> Self {
        if self.is_refusal(&SqlState::UNIQUE_VIOLATION, index) {
            return Self::Store(StoreError::Taken(field));
        }
        self
    }

    /// `Missing` when the row belongs to one that is not there, by that constraint; else the fault itself.
    pub(super) fn orphaned(self, constraint: &str) -> Self {
        if self.is_refusal(&SqlState::FOREIGN_KEY_VIOLATION, constraint) {
            return Self::Store(StoreError::Missing);
        }
        self
    }

    fn is_refusal(&self, code: &SqlState, constraint: &str) -> bool {
        let Self::Sql(error) = self else { return false };
        let refusal = error.as_db_error();
        refusal.is_some_and(|found| found.code() == code && found.constraint() == Some(constraint))
    }
}

/// The error with its cause and, where there is one, what to do about it. Details are left out: they quote rows.
pub(super) fn described(error: &Error) -> String {
    let Some(refusal) = error.as_db_error() else {
        return match error.source() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
    };
    let text = format!("{} ({})", refusal.message(), refusal.code().code());
    match remedy(refusal.code()) {
        Some(remedy) => format!("{text}: {remedy}"),
        None => text,
    }
}

fn remedy(code: &SqlState) -> Option<&'static str> {
    let remedies = [
        (
            SqlState::INVALID_CATALOG_NAME,
            "create it with `createdb --encoding=UTF8 --template=template0 NAME`",
        ),
        (SqlState::UNDEFINED_OBJECT, "Hooktide needs PostgreSQL 14 or newer"),
        (SqlState::INVALID_PASSWORD, "check user and password in the database URL"),
        (SqlState::TOO_MANY_CONNECTIONS, "raise `max_connections`, or lower `database.pool_size`"),
        (SqlState::DISK_FULL, "the database server's disk is full: make room there"),
        (
            SqlState::READ_ONLY_SQL_TRANSACTION,
            "this server is a standby or read-only: connect to the primary",
        ),
    ];
    remedies.into_iter().find(|(known, _)| known == code).map(|(_, text)| text)
}
