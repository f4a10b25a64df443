//! Providers: who sends webhooks, and how each proves it. One file or folder per provider, one line in the list.
//!
//! Documentation, API enums and tests derive from [`PROVIDERS`]. What must stay true: a provider's rules live in its
//! own room and nowhere else.

mod custom;
mod github;
mod gitlab;
mod list;
mod none;
mod paddle;
mod shopify;
mod slack;
mod standard_webhooks;
mod stripe;
mod svix;
mod zoom;

#[cfg(test)]
mod tests;

pub use list::{PROVIDERS, provider};
