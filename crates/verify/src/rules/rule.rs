//! One rule finds one text in a request: an event type, a delivery id, a key for de-duplication.
//!
//! What must stay true: the same request always gives the same text, and only a rule that says so gives it no key.

use std::borrow::Cow;

use crate::json;
use crate::request::Request;
use crate::template::{Encoding, Hash, Text, plain};

/// Longest text that a rule yields. A longer one is no type or id.
pub const VALUE_BYTES_MAX: usize = 256;

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Rule {
    /// A header that is there once.
    Header(Text),
    /// The text or number at a JSON Pointer (RFC 6901).
    Body(Text),
    /// A query parameter.
    Query(Text),
    /// A field of a form body.
    Form(Text),
    /// Always this.
    Constant(Text),
    /// Several, all of which must be there, with a separator between.
    Joined {
        /// What is joined.
        parts: Cow<'static, [Self]>,
        /// What stands between.
        separator: Text,
    },
    /// The first that is there.
    FirstOf(Cow<'static, [Self]>),
    /// SHA-256 of the body, in hex.
    BodyHash,
}

impl Rule {
    /// Finds nothing, in any request: for items without an id of their own. As the rule for de-duplication it says that
    /// no two requests are the same event, as with providers that only signal that something changed.
    pub const NOTHING: Self = Self::FirstOf(Cow::Borrowed(&[]));
}

/// The text that a rule finds; nothing, if it is absent, empty, longer than [`VALUE_BYTES_MAX`], or has control
/// characters.
#[must_use]
pub fn evaluate(rule: &Rule, request: &Request<'_>) -> Option<String> {
    let found = find(rule, request)?;
    let is_usable =
        !found.is_empty() && found.len() <= VALUE_BYTES_MAX && !found.chars().any(char::is_control);
    is_usable.then_some(found)
}

fn find(rule: &Rule, request: &Request<'_>) -> Option<String> {
    match rule {
        Rule::Header(name) => request.header_text(name).map(str::to_owned),
        Rule::Body(pointer) => json::text(request.body, pointer).map(Cow::into_owned),
        Rule::Query(name) => request.query_value(name),
        Rule::Form(name) => request.form_value(name),
        Rule::Constant(text) => Some(text.to_string()),
        Rule::Joined { parts, separator } => {
            let texts: Option<Vec<String>> = parts.iter().map(|part| evaluate(part, request)).collect();
            texts.map(|texts| texts.join(separator))
        }
        Rule::FirstOf(rules) => rules.iter().find_map(|rule| evaluate(rule, request)),
        Rule::BodyHash => Some(body_hash(request.body)),
    }
}

/// The key under which a request counts as the same event: the hash of its body where the rule finds nothing in this
/// request, and none at all where the rule is [`Rule::NOTHING`].
#[must_use]
pub fn dedupe_key(rule: &Rule, request: &Request<'_>) -> Option<String> {
    if *rule == Rule::NOTHING {
        return None;
    }
    Some(evaluate(rule, request).unwrap_or_else(|| body_hash(request.body)))
}

/// SHA-256 of a body, in hex.
#[must_use]
pub fn body_hash(body: &[u8]) -> String {
    Encoding::Hex.encode(&plain(Hash::Sha256, &[body]))
}
