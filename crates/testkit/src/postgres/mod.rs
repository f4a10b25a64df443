//! PostgreSQL for tests: a schema of the shared server, or a server of one's own where settings matter or where it is
//! stopped.

mod own_server;
mod scratch_schema;

pub use own_server::{OwnPostgres, StopMode};
pub use scratch_schema::ScratchSchema;
