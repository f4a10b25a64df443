//! Configuration in one SQLite file (`core.db`): applications, endpoints, event types and their idempotency keys.
//!
//! The SQLite store delegates [`crate::Configuration`] to [`CoreDb`] and keeps a few facts of its own in `meta`.
//! What must stay true: every method is one transaction, so a crash leaves either all of it or nothing; one
//! connection writes, so two writes never interleave; endpoint secrets and headers reach the file only sealed.

mod applications;
mod configuration;
mod connection;
mod db;
mod endpoints;
mod event_types;
mod fault;
mod idempotency;
mod lanes;
mod meta;
mod rows;
mod schema;
mod secrets;
mod sources;
#[cfg(test)]
mod tests;
mod whole;

pub use db::CoreDb;
pub use schema::{migrate_file, migration_status};
pub(super) use whole::open_whole;
