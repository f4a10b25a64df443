//! The PostgreSQL server that the cluster rows use: a schema of their own in it, and what the server spends.

mod cost;
mod schema;

pub(crate) use cost::Cost;
pub(crate) use schema::{Schema, is_there};
