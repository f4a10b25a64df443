//! Moving a store out of PostgreSQL ([`source`]) and into it ([`target`]).
//!
//! An export reads one snapshot, whatever nodes do meanwhile. An import has the database for itself, and no node opens it
//! before the import has ended ([`mark`]).

mod cells;
mod mark;
mod source;
mod target;

pub(super) use mark::refuse_unfinished;
pub use source::PostgresSource;
pub use target::{PostgresTarget, PostgresTargetOptions};
