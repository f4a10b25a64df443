//! Mailgun: HMAC-SHA256 of a time and a single-use token, both in the body.
//!
//! What must stay true: the payload is not covered, so the token is the key for de-duplication.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp, TimestampAt};

pub(super) static PROVIDER: Provider = Provider {
    name: "mailgun",
    title: "Mailgun",
    scheme: Scheme::Hmac(Template::of(
        &[
            Part::BodyField(Cow::Borrowed("/signature/timestamp")),
            Part::BodyField(Cow::Borrowed("/signature/token")),
        ],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::BodyField(Cow::Borrowed("/signature/signature")),
        Some(Timestamp::of_any_age(
            TimestampAt::BodyField(Cow::Borrowed("/signature/timestamp")),
            TimeUnit::Seconds,
        )),
    )),
    secret: Some(SecretGuide {
        found_at: "HTTP webhook signing key of the account.",
        example: "key-0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/signature/token"))),
    dedupe: Rule::Body(Cow::Borrowed("/signature/token")),
    documentation_url: "https://documentation.mailgun.com",
    notes: &[
        "The signature does not cover the event: who learns one request can send other content under its token, once.",
        "Mailgun names no tolerance for the time.",
        "Where the event type stands is not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"event-data":{"recipient":"alice@example.com"},"signature":{"signature":"","timestamp":"1790000000","token":"2e6ea5d1d8e4c9b8b1a4d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2"}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
