//! A stored value that is not what this program writes. Each backend makes its own kind of error of it.

use crate::StoreError;

/// The column's value cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("column {column} is damaged: {detail}")]
pub(in super::super) struct Damaged {
    /// Table and column.
    pub(in super::super) column: &'static str,
    /// What is wrong with it; never quotes the value.
    pub(in super::super) detail: String,
}

impl From<Damaged> for StoreError {
    fn from(damaged: Damaged) -> Self {
        Self::Database(damaged.to_string())
    }
}
