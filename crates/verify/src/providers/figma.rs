//! Figma: a passcode in the body.
//!
//! What must stay true: the secret travels in the body, so bodies of this source are confidential.

use std::borrow::Cow;

use crate::families::TokenAt;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "figma",
    title: "Figma",
    scheme: Scheme::Token(TokenAt::BodyField(Cow::Borrowed("/passcode"))),
    secret: Some(SecretGuide {
        found_at: "The passcode you give when the webhook is made.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event_type"))),
    delivery_id: Some(Rule::Joined {
        parts: Cow::Borrowed(&[
            Rule::Body(Cow::Borrowed("/webhook_id")),
            Rule::Body(Cow::Borrowed("/timestamp")),
        ]),
        separator: Cow::Borrowed(":"),
    }),
    dedupe: Rule::Joined {
        parts: Cow::Borrowed(&[
            Rule::Body(Cow::Borrowed("/webhook_id")),
            Rule::Body(Cow::Borrowed("/timestamp")),
        ]),
        separator: Cow::Borrowed(":"),
    },
    documentation_url: "https://developers.figma.com",
    notes: &[
        "The passcode stands in the body: do not log bodies of this source.",
        "A `PING` event comes when the webhook is made.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"event_type":"FILE_UPDATE","passcode":"","timestamp":"2020-02-23T20:27:16Z","webhook_id":"22"}"#,
        event_type: Some("FILE_UPDATE"),
    },
    ..Provider::COMMON
};
