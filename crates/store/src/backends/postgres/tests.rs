//! The PostgreSQL backend's own parts: connections and schema.

mod checks;
mod connections;
mod schema;
mod urls;

use hooktide_testkit::ScratchSchema;

use super::DatabaseOptions;
use super::database::Database;

/// Few connections: tests share the server.
const POOL_SIZE: usize = 2;

pub(super) fn options(schema: &ScratchSchema) -> DatabaseOptions {
    DatabaseOptions { url: schema.url(), pool_size: POOL_SIZE }
}

/// A database whose schema is empty.
pub(super) async fn empty(schema: &ScratchSchema) -> Database {
    Database::open(&options(schema)).await.expect("the database can be opened")
}
