//! The types of sources that the wire API knows under names of its own, and what stands for each here.
//!
//! What must stay true: every type of the wire API is a provider, a feed, an alias, or refused with the way out.

use hooktide_destinations::feeds::{FEEDS, feed};
use hooktide_verify::{PROVIDERS, provider};

use crate::validate::Rules;

/// The type that has no configuration: typed clients take none.
pub(super) const WITHOUT_CONFIG: &str = "generic-webhook";

/// Types that stand for a scheme under another name here.
pub(super) const WIRE_TYPES: &[(&str, &str)] = &[
    (WITHOUT_CONFIG, "none"),
    ("beehiiv", "svix"),
    ("brex", "svix"),
    ("clerk", "svix"),
    ("guesty", "svix"),
    ("incident-io", "svix"),
    ("lithic", "svix"),
    ("nash", "svix"),
    ("open-ai", "openai"),
    ("pleo", "svix"),
    // Which names the headers of these two have is not confirmed: either is taken.
    ("psi-fi", "standard-webhooks"),
    ("render", "standard-webhooks"),
    ("replicate", "svix"),
    ("resend", "svix"),
    ("safebase", "svix"),
    ("sardine", "svix"),
    ("stych", "svix"),
];

/// Types whose scheme no source confirms, so that none is built.
pub(super) const UNCONFIRMED: &[&str] = &["vgs"];

/// What stands for a type, and whether the type is another name for it. A type that nothing stands for is a broken rule.
pub(super) fn check_type(rules: &mut Rules, kind: &str) -> (String, bool) {
    let alias = WIRE_TYPES.iter().find(|(wire, _)| *wire == kind);
    let name = alias.map_or(kind, |(_, name)| name);
    if UNCONFIRMED.contains(&name) {
        rules.fail(
            "type",
            format_args!(
                "{name} is not built: how it signs is not confirmed; use `custom` with a `scheme` as {name} describes its own"
            ),
        );
    } else if provider(name).is_none() && feed(name).is_none() {
        let names = PROVIDERS.iter().map(|provider| provider.name);
        let names: Vec<&str> = names.chain(FEEDS.iter().map(|feed| feed.name)).collect();
        rules.fail("type", format_args!("is not known; there are {}", names.join(", ")));
    }
    (name.to_owned(), alias.is_some())
}
