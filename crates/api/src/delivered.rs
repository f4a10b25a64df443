//! What an endpoint gets, as the `webhooks` of the OpenAPI document: the headers and the answers that count.
//!
//! The payload is the publisher's own, so its schema is open.

use serde_json::{Value, json};

/// The `webhooks` object.
pub(crate) fn webhooks() -> Value {
    let header = |name: &str, text: &str, pattern: &str| {
        json!({
            "name": name, "in": "header", "required": true, "description": text,
            "schema": { "type": "string", "pattern": pattern },
        })
    };
    let answer = |text: &str| json!({ "description": text });
    json!({
        "message": {
            "post": {
                "operationId": "message",
                "tags": ["Webhooks"],
                "summary": "A message, delivered to an endpoint",
                "description": "Signed as Standard Webhooks 1.0.0 says. The same values stand in `svix-id`, \
                    `svix-timestamp` and `svix-signature`. The id stays the same over all tries.",
                "security": [],
                "parameters": [
                    header("webhook-id", "The message's id: use it to recognise repeats", "^msg_[A-Za-z0-9]{27}$"),
                    header("webhook-timestamp", "When this try was made, in seconds since 1970", "^[0-9]+$"),
                    header("webhook-signature", "Signatures over id, timestamp and body, separated by spaces",
                        "^v1a?,[A-Za-z0-9+/=]+( v1a?,[A-Za-z0-9+/=]+)*$"),
                ],
                "requestBody": {
                    "required": true,
                    "content": { "application/json": { "schema": { "type": "object", "additionalProperties": true } } },
                },
                "responses": {
                    "200": answer("Any 2xx: delivered"),
                    "410": answer("The endpoint is disabled"),
                    "429": answer("Tried again later, with fewer requests; `Retry-After` is honoured"),
                    "500": answer("Anything else, redirects included: tried again by the schedule"),
                },
            },
        },
    })
}
