//! The fixtures, one file per destination kind.

pub(crate) mod redis;
pub(crate) mod sql;
