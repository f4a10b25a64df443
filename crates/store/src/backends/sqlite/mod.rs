//! SQLite: the embedded store, one process, no other service.
//!
//! Configuration lives in one database file ([`core`]), history in a chain of chunk files beside it ([`chunk`],
//! [`chain`]), each written by one thread that commits whatever has queued while the last commit was flushed
//! ([`writer`]). In WAL mode a transaction is atomic per file only, so everything that must commit together lies in
//! the open chunk: message, targets, keys, attempt and next due time.

mod chain;
mod chunk;
mod core;
mod due;
mod history;
mod keys;
mod lock;
mod parts;
mod read_back;
mod recover;
mod retention;
mod store;
#[cfg(test)]
mod tests;
mod transfer;
mod writer;

mod configuration;

pub use self::core::{CoreDb, migrate_file, migration_status};
pub use super::common::Retention;
pub use store::{SqliteOptions, SqliteStore};
pub use transfer::{SqliteSource, SqliteTarget, SqliteTargetOptions};
