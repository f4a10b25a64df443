//! Moving a store out of SQLite ([`source`]) and into it ([`target`]).
//!
//! Both have the store for themselves: the lock that a server takes. What is written is what a server would have made:
//! chunks in the order of time ([`plan`]), sealed by the same code, the last one open.

mod cells;
mod chunks;
mod plan;
mod source;
mod target;

pub use source::SqliteSource;
pub use target::{SqliteTarget, SqliteTargetOptions};
