//! The storage backends. A new one is a folder here and a line in the list.

mod common;
pub mod postgres;
pub use common::Retention;
pub mod sqlite;

pub use common::MigrationState;

/// Names of the backends, as a database URL's scheme spells them.
pub const BACKENDS: &[&str] = &["sqlite", "postgres"];
