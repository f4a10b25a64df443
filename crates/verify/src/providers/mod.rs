//! Providers: who sends webhooks, and how each proves it. One file or folder per provider, one line in the list.
//!
//! Documentation, API enums and tests derive from [`PROVIDERS`]. What must stay true: a provider's rules live in its
//! own room and nowhere else.

mod list;
pub(crate) mod standard_webhooks;

#[cfg(test)]
mod tests;

pub use list::{PROVIDERS, Provider};
