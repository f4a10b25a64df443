//! Why a benchmark could not be run. Every error ends the run: a table with a hole in it invites a wrong reading.

/// A text that completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// For `map_err`: what was tried, then the source.
    pub(crate) fn because<E: std::fmt::Display>(tried: &str) -> impl FnOnce(E) -> Self {
        move |source| Self(format!("{tried}: {source}"))
    }
}
