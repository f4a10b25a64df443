//! Microsoft Teams' workflows that post what a webhook brings: an adaptive card, since the older cards are retired.
//! <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook>

use serde_json::{Value, json};

use crate::kinds::notify::text::{cut, json_bytes};

/// A whole message may have 28 KiB; the rest is room for the card around the text.
const TEXT_BYTES_MAX: usize = 24 * 1024;

/// Mentions are entities of the card, so no text can make one.
pub(super) fn body(text: &str) -> Value {
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": [{ "type": "TextBlock", "text": cut(text, TEXT_BYTES_MAX, json_bytes), "wrap": true }],
            },
        }],
    })
}
