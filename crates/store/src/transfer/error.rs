//! Why a store was not moved: what happened, and what to do about it.

use std::path::Path;

use crate::StoreError;

/// What ended an export or an import. Whatever it was, the same command goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The store failed or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the archive could not be read or written.
    #[error("failed to {doing} {path}: {source}")]
    File {
        /// What was tried.
        doing: &'static str,
        /// The file or folder.
        path: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// It must not go on like this.
    #[error("{what}")]
    Refused {
        /// What is in the way.
        what: String,
        /// What to do about it; may be empty.
        help: String,
    },
}

impl TransferError {
    /// A refusal and the way out.
    pub(crate) fn refused(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), help: help.into() }
    }

    /// A failed access to a file.
    pub(crate) fn file(doing: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::File { doing, path: path.display().to_string(), source }
    }

    /// What to do about it; empty where the text says all.
    #[must_use]
    pub fn help(&self) -> &str {
        match self {
            Self::Refused { help, .. } => help,
            Self::Store(_) | Self::File { .. } => "",
        }
    }
}
