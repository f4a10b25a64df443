//! Zoom: HMAC-SHA256 of version, time and body.
//!
//! What must stay true: the validation request is itself signed, and raw bytes are hashed.

use std::borrow::Cow;

use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, KeyForm, Part, SignatureAt, Template, TimeUnit, Timestamp};

const URL_VALIDATION: Handshake = Handshake {
    when: &[Condition::Is(Value::Field("/event"), "endpoint.url_validation")],
    needs_verification: true,
    body: Body::Json(&[
        ("plainToken", Value::Field("/payload/plainToken")),
        (
            "encryptedToken",
            Value::Hmac {
                hash: Hash::Sha256,
                encoding: Encoding::Hex,
                key: KeyForm::Text,
                of: &Value::Field("/payload/plainToken"),
            },
        ),
    ]),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "zoom",
    title: "Zoom",
    scheme: Scheme::Hmac(Template::of(
        &[
            Part::Literal(Cow::Borrowed("v0:")),
            Part::Timestamp,
            Part::Literal(Cow::Borrowed(":")),
            Part::Body,
        ],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-zm-signature", "v0="),
        Some(Timestamp::header("x-zm-request-timestamp", TimeUnit::Seconds, 300)),
    )),
    headers: &["x-zm-signature"],
    secret: Some(SecretGuide {
        found_at: "Secret Token under Features of the app in the Zoom Marketplace.",
        example: "zm-secret-token-example",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-zm-request-id"))),
    dedupe: Rule::Header(Cow::Borrowed("x-zm-request-id")),
    handshakes: &[URL_VALIDATION],
    answer_ms_max: Some(3_000),
    documentation_url: "https://developers.zoom.us/docs/api/webhooks/",
    notes: &[
        "The tolerance of 300 s is customary among receivers; Zoom names none.",
        "`x-zm-request-id` is confirmed by third parties only.",
        "The validation is repeated about every 72 hours.",
    ],
    sample: Sample {
        headers: &[("x-zm-request-id", "0a1b2c3d-1111-2222-3333-444455556666")],
        body: r#"{"event":"meeting.started","event_ts":1626230691572,"payload":{"object":{"id":"1234567890"}}}"#,
        event_type: Some("meeting.started"),
    },
    ..Provider::COMMON
};
