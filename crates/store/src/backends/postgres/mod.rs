//! PostgreSQL: one database under as many nodes as wanted.
//!
//! [`database`] gives connections, [`schema`] brings the tables up to date, [`core`] is configuration.
//! of one database: the first of the connection's `search_path`.

mod cluster;
mod core;
mod database;
mod due;
mod endpoint;
mod fault;
mod history;
mod schema;
mod shared;
mod store;
#[cfg(test)]
mod tests;
mod tls;
mod writer;

pub use self::core::PgCore;
pub use endpoint::DatabaseOptions;
pub use schema::{MigrationState, migrate, migration_status};
pub use store::{PostgresOptions, PostgresStore};
