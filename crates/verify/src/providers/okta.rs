//! Okta event hooks: a text of your choice in `Authorization`.
//!
//! What must stay true: nothing is signed; the whole header value is compared.

use std::borrow::Cow;

use crate::families::TokenAt;
use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;

const VERIFICATION: Handshake = Handshake {
    method: "GET",
    when: &[Condition::Has(Value::Header("x-okta-verification-challenge"))],
    body: Body::Json(&[("verification", Value::Header("x-okta-verification-challenge"))]),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "okta",
    title: "Okta event hooks",
    scheme: Scheme::Token(TokenAt::Header {
        name: Cow::Borrowed("authorization"),
        prefix: Cow::Borrowed(""),
    }),
    secret: Some(SecretGuide {
        found_at: "The authentication secret you set on the event hook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    split: Some(Split {
        at: Cow::Borrowed("/data/events"),
        event_type: Rule::Body(Cow::Borrowed("/eventType")),
        id: Rule::Body(Cow::Borrowed("/eventId")),
    }),
    answer_ms_max: Some(3_000),
    handshakes: &[VERIFICATION],
    documentation_url: "https://developer.okta.com/docs/concepts/event-hooks/",
    notes: &["At most one retry, and none after 4xx.", "Events may come in any order."],
    sample: Sample {
        headers: &[],
        body: r#"{"data":{"events":[{"eventId":"f1","eventType":"user.lifecycle.create"}]}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
