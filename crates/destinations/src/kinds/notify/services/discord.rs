//! Discord's webhooks: <https://docs.discord.com/developers/resources/webhook#execute-webhook>.

use serde_json::{Value, json};

use crate::kinds::notify::text::{cut, utf16};

/// The longest message.
const TEXT_UNITS_MAX: usize = 2_000;

/// With `wait`, the answer comes after the message is stored; without, a refused one is accepted all the same.
pub(super) fn url(webhook_url: &str) -> String {
    let mark = if webhook_url.contains('?') { '&' } else { '?' };
    format!("{webhook_url}{mark}wait=true")
}

/// Nobody is mentioned, whatever the text says.
pub(super) fn body(text: &str) -> Value {
    json!({ "content": cut(text, TEXT_UNITS_MAX, utf16), "allowed_mentions": { "parse": [] } })
}
