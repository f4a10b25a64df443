//! PostgreSQL: one database under as many nodes as wanted.
//!
//! [`database`] gives connections, [`schema`] brings the tables up to date, [`core`] is configuration,
//! [`checks`] refuses servers that cannot keep the promises. Everything of one store lies in one schema
//! of one database: the first of the connection's `search_path`.

mod checks;
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
mod transfer;
mod writer;

pub use self::core::PgCore;
pub use checks::check;
pub use endpoint::DatabaseOptions;
pub use schema::{migrate, migration_status};
pub use store::{PostgresOptions, PostgresStore, nodes};
pub use transfer::{PostgresSource, PostgresTarget, PostgresTargetOptions};
