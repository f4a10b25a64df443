//! Configuration in PostgreSQL: applications, endpoints, event types, sources and their idempotency keys.
//!
//! The store delegates [`crate::Configuration`] to [`PgCore`]. What must stay true: every method is one transaction, so a
//! crash leaves either all of it or nothing; many nodes write at once, so a row lock, a unique index or a version
//! decides between them, never what was read before; secrets reach the database only sealed; every change is told to
//! all nodes by the tables' own triggers.

mod applications;
mod changes;
mod configuration;
mod endpoints;
mod event_types;
mod idempotency;
mod meta;
mod pg_core;
mod rows;
mod secrets;
mod sources;
#[cfg(test)]
mod tests;

pub(super) use changes::{CHANNEL, Changed, Changes};
pub use pg_core::PgCore;
