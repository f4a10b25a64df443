//! The destination kinds: one module each, listed once in [`KINDS`].
//!
//! A new kind is a new module here plus one line in the list; documentation, API enums and tests derive from it.

pub mod http;

/// What the rest of the program knows about a kind without calling it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Stable name in the API and the store.
    pub name: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// URL schemes by which an endpoint of this kind is recognised.
    pub schemes: &'static [&'static str],
}

/// Every kind, in the order in which they are shown.
pub const KINDS: &[Kind] = &[http::KIND];
