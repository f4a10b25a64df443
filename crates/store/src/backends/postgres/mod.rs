//! PostgreSQL: one database under as many nodes as wanted.
//!
//! [`database`] gives connections, [`schema`] brings the tables up to date. Everything of one store lies in one schema
//! of one database: the first of the connection's `search_path`.

mod database;
mod endpoint;
mod fault;
mod schema;
#[cfg(test)]
mod tests;
mod tls;

pub use endpoint::DatabaseOptions;
pub use schema::{MigrationState, migrate, migration_status};
