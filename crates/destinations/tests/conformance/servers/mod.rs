//! The fixtures, one file per destination kind.

pub(crate) mod sql;
