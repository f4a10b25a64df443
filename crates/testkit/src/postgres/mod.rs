//! PostgreSQL for tests: a schema of the shared server.

mod scratch_schema;

pub use scratch_schema::ScratchSchema;
