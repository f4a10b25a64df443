//! Twitch EventSub: HMAC-SHA256 of message id, time and body.
//!
//! What must stay true: the id is part of what is signed, so that a body cannot be replayed under another.

use std::borrow::Cow;

use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

const CALLBACK_VERIFICATION: Handshake = Handshake {
    when: &[
        Condition::Is(Value::Header("twitch-eventsub-message-type"), "webhook_callback_verification"),
        Condition::Has(Value::Field("/challenge")),
    ],
    needs_verification: true,
    body: Body::Plain(Value::Field("/challenge")),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "twitch",
    title: "Twitch EventSub",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Header(Cow::Borrowed("twitch-eventsub-message-id")), Part::Timestamp, Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("twitch-eventsub-message-signature", "sha256="),
        Some(Timestamp::header("twitch-eventsub-message-timestamp", TimeUnit::Rfc3339, 600)),
    )),
    headers: &["twitch-eventsub-message-signature"],
    secret: Some(SecretGuide {
        found_at: "The secret you give when you subscribe.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Header(Cow::Borrowed("twitch-eventsub-subscription-type"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("twitch-eventsub-message-id"))),
    dedupe: Rule::Header(Cow::Borrowed("twitch-eventsub-message-id")),
    handshakes: &[CALLBACK_VERIFICATION],
    documentation_url: "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/",
    notes: &[
        "Type headers are not covered by the signature.",
        "A `revocation` arrives as an ordinary signed message.",
    ],
    sample: Sample {
        headers: &[
            ("twitch-eventsub-message-id", "e76c6bd4-55c9-4987-8304-da1588d8988b"),
            ("twitch-eventsub-message-type", "notification"),
            ("twitch-eventsub-subscription-type", "channel.follow"),
        ],
        body: r#"{"subscription":{"type":"channel.follow"},"event":{}}"#,
        event_type: Some("channel.follow"),
    },
    ..Provider::COMMON
};
