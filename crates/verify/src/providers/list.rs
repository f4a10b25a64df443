//! The list of providers whose webhooks can be verified. Adding one means its own file or folder, and a line here.
//!
//! What must stay true: names are unique and stable, because configuration and stored rows refer to them.

use super::standard_webhooks;

/// What documentation, help and schemas need to know about a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// Stable lower-case name with dashes, as used in configuration.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// Where the provider describes its scheme.
    pub documentation_url: &'static str,
    /// Headers that carry the proof, lower case.
    pub headers: &'static [&'static str],
}

/// Every provider, in the order in which documentation shows them.
pub static PROVIDERS: &[Provider] = &[standard_webhooks::PROVIDER];
