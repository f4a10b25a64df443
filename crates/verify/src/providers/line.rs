//! LINE: HMAC-SHA256 of the body in base64.
//!
//! What must stay true: a request without events is accepted like any other.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "line",
    title: "LINE",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-line-signature", ""),
    )),
    headers: &["x-line-signature"],
    secret: Some(SecretGuide {
        found_at: "Channel secret under Basic settings of the channel.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    split: Some(Split {
        at: Cow::Borrowed("/events"),
        event_type: Rule::Body(Cow::Borrowed("/type")),
        id: Rule::NOTHING,
    }),
    documentation_url: "https://developers.line.biz/en/docs/messaging-api/receiving-messages/",
    notes: &[
        "The ids of events and the marks of a redelivery are not confirmed, so items have no id.",
        "The list of events may be empty, and wants 200 then too.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"destination":"U0","events":[{"type":"message","message":{"type":"text","text":"hello"}}]}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
