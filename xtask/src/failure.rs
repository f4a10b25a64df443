//! Why a chore failed, in words for the person at the terminal. Every chore returns it; `main` prints it once.

use std::fmt;

/// The result of a chore or a part of one.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// What failed and, where there is one, the way out.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// A failure in these words.
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says what was being done when an error came up.
pub(crate) trait Context<T> {
    /// Name the deed, to complete "failed to …".
    fn context(self, deed: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context(self, deed: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Failure::new(format!("failed to {}: {error}", deed())))
    }
}
