//! Slack: HMAC-SHA256 of version, time and body.
//!
//! What must stay true: form bodies (commands, interactions) are signed raw, and the challenge is verified too.

use std::borrow::Cow;

use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

const URL_VERIFICATION: Handshake = Handshake {
    when: &[
        Condition::Is(Value::Field("/type"), "url_verification"),
        Condition::Has(Value::Field("/challenge")),
    ],
    needs_verification: true,
    body: Body::Plain(Value::Field("/challenge")),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "slack",
    title: "Slack",
    scheme: Scheme::Hmac(Template::of(
        &[
            Part::Literal(Cow::Borrowed("v0:")),
            Part::Timestamp,
            Part::Literal(Cow::Borrowed(":")),
            Part::Body,
        ],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-slack-signature", "v0="),
        Some(Timestamp::header("x-slack-request-timestamp", TimeUnit::Seconds, 300)),
    )),
    headers: &["x-slack-signature"],
    secret: Some(SecretGuide {
        found_at: "Signing Secret under Basic Information of the app.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    event_type: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Body(Cow::Borrowed("/event/type")),
        Rule::Form(Cow::Borrowed("command")),
    ]))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/event_id"))),
    dedupe: Rule::Body(Cow::Borrowed("/event_id")),
    handshakes: &[URL_VERIFICATION],
    answer_ms_max: Some(3_000),
    content_types: &["application/json", "application/x-www-form-urlencoded"],
    documentation_url: "https://docs.slack.dev/authentication/verifying-requests-from-slack",
    notes: &[
        "The legacy `token` of the body is no signature. The number of retries is confirmed by third parties only.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"type":"event_callback","event_id":"Ev123ABC456","event":{"type":"app_mention","text":"hi"}}"#,
        event_type: Some("app_mention"),
    },
    ..Provider::COMMON
};
