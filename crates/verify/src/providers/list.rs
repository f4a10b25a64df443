//! The list of providers whose webhooks can be verified. Adding one means its own file or folder, and a line here.
//!
//! What must stay true: names are unique and stable, because configuration and stored rows refer to them.

use super::{custom, github, gitlab, none, paddle, shopify, slack, standard_webhooks, stripe, svix, zoom};
use crate::provider::Provider;

/// Every provider, in the order in which documentation shows them: the general ones, then by name.
pub static PROVIDERS: &[&Provider] = &[
    &standard_webhooks::PROVIDER,
    &custom::PROVIDER,
    &none::PROVIDER,
    &github::PROVIDER,
    &gitlab::PROVIDER,
    &paddle::PROVIDER,
    &shopify::PROVIDER,
    &slack::PROVIDER,
    &stripe::PROVIDER,
    &svix::PROVIDER,
    &zoom::PROVIDER,
];

/// The provider of a name.
#[must_use]
pub fn provider(name: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.name == name).copied()
}
