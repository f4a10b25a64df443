//! Telegram: a secret token in `X-Telegram-Bot-Api-Secret-Token`.
//!
//! What must stay true: nothing is signed; the token is the one given to setWebhook.

use std::borrow::Cow;

use crate::families::TokenAt;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "telegram",
    title: "Telegram",
    scheme: Scheme::Token(TokenAt::Header {
        name: Cow::Borrowed("x-telegram-bot-api-secret-token"),
        prefix: Cow::Borrowed(""),
    }),
    headers: &["x-telegram-bot-api-secret-token"],
    secret: Some(SecretGuide {
        found_at: "The secret_token you give to setWebhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/update_id"))),
    dedupe: Rule::Body(Cow::Borrowed("/update_id")),
    documentation_url: "https://core.telegram.org/bots/api#setwebhook",
    notes: &[
        "The kind of an update is the name of the field it has, so there is no event type.",
        "Retries are not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"update_id":10000,"message":{"message_id":1365,"text":"/start"}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
