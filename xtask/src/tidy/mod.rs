//! The house rules a machine can check. [`check`] judges a [`Tree`]; every rule is a pure function of it.
//!
//! Called by the `tidy` chore. What must stay true: all findings come out at once, each names a place and a way
//! out, and a new rule is one file in `rules/` plus one line in its list.

mod check;
mod finding;
mod rules;
mod source;
mod tree;

#[cfg(test)]
mod tests;

pub(crate) use check::{check, compare};
pub(crate) use finding::Finding;
pub(crate) use tree::Tree;
