//! Slack's incoming webhooks: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>.

use serde_json::{Value, json};

use crate::kinds::notify::text::cut;

/// Slack cuts longer texts itself, in the middle of an escape if need be.
const TEXT_UNITS_MAX: usize = 40_000;

/// `&`, `<` and `>` are what mentions and links are made of, so an event's data cannot call a channel together.
pub(super) fn body(text: &str) -> Value {
    let fitting = cut(text, TEXT_UNITS_MAX, |character| match character {
        '&' => 5,
        '<' | '>' => 4,
        other => other.len_utf16(),
    });
    let escaped = fitting.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    json!({ "text": escaped })
}
