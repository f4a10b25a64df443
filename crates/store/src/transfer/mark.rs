//! The note in a store that is being filled from an archive. Kept in the store's own table of facts.

use serde::{Deserialize, Serialize};

use super::error::TransferError;
use super::seam::Begun;
use crate::StoreError;

/// The import that a store was filled by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mark {
    /// Which archive.
    pub archive: String,
    /// Parts that are applied.
    pub parts: usize,
    /// Whether it has ended, and all was found to be there.
    pub is_complete: bool,
    /// Where files of history begin that the rows are cut into: time-ordered keys.
    pub bounds: Vec<i64>,
    /// Whose the waiting deliveries are until a server takes them over.
    pub owner: i64,
}

impl Mark {
    /// Its name in the table of facts.
    pub const NAME: &'static str = "import";

    /// A mark as it was written.
    ///
    /// # Errors
    /// `Database` when it is not one.
    pub fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        serde_json::from_slice(bytes)
            .map_err(|_| StoreError::Database("meta.import does not hold the note of an import".to_owned()))
    }

    /// As it is written.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("it holds numbers and plain texts")
    }

    /// Refuse to serve a store that an import has begun to fill.
    ///
    /// # Errors
    /// `Database` when the import has not ended.
    pub fn refuse_unfinished(found: Option<&[u8]>) -> Result<(), StoreError> {
        let Some(found) = found else { return Ok(()) };
        if Self::parse(found)?.is_complete {
            return Ok(());
        }
        let text = "an import into this store has not ended: run the same `hooktide import` again, or begin with an \
                    empty store";
        Err(StoreError::Database(text.to_owned()))
    }

    /// How far the import of that archive has come; a refusal when the store was filled by another one.
    pub(crate) fn begun(&self, archive: &str) -> Result<Begun, TransferError> {
        if self.archive == archive {
            return Ok(Begun { parts: self.parts, is_complete: self.is_complete });
        }
        let (what, help) = if self.is_complete {
            not_empty()
        } else {
            let what = "the import of another archive into this store has not ended";
            (what.to_owned(), "go on with that archive, or choose an empty store".to_owned())
        };
        Err(TransferError::refused(what, help))
    }
}

/// What is said of a store that holds something.
pub(crate) fn not_empty() -> (String, String) {
    (
        "the store is not empty".to_owned(),
        "import into an empty one: name another with HOOKTIDE_DATABASE_URL".to_owned(),
    )
}
