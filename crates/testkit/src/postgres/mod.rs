//! PostgreSQL for tests: a schema of the shared server, or a server of one's own where settings matter or where it is
//! stopped; and what a cluster's database has on record.

mod on_record;
mod own_server;
mod scratch_schema;

pub use on_record::{Lives, OnRecord};
pub use own_server::{OwnPostgres, StopMode};
pub use scratch_schema::ScratchSchema;
