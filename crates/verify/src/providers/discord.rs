//! Discord: Ed25519 over time and body; pings of interactions and of webhook events.
//!
//! What must stay true: pings are answered once verified only, and a bad signature gets 401, for Discord sends some.

use std::borrow::Cow;

use crate::families::Detached;
use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::public_key::PublicKeyAlgorithm;
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Part, TimeUnit, Timestamp, TimestampAt};

static SCHEME: Detached = Detached {
    name: "discord",
    headers: &["x-signature-ed25519", "x-signature-timestamp"],
    algorithm: PublicKeyAlgorithm::Ed25519,
    encoding: Encoding::Hex,
    timestamp: Some(Timestamp {
        at: TimestampAt::Header(Cow::Borrowed("x-signature-timestamp")),
        unit: TimeUnit::Seconds,
        past_s_max: None,
        future_s_max: None,
    }),
    parts: &[Part::Timestamp, Part::Body],
};

/// A ping of webhook events says `type` 0 and has no `event`.
const EVENTS_PING: Handshake = Handshake {
    when: &[Condition::Is(Value::Field("/type"), "0")],
    needs_verification: true,
    status: 204,
    headers: &[("content-type", Value::Text("application/json"))],
    ..Handshake::NONE
};

/// A ping of interactions says `type` 1; an event says so too, but has an `event`.
const INTERACTIONS_PING: Handshake = Handshake {
    when: &[Condition::Is(Value::Field("/type"), "1"), Condition::Lacks(Value::Field("/event/type"))],
    needs_verification: true,
    body: Body::FixedJson(r#"{"type":1}"#),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "discord",
    title: "Discord",
    scheme: Scheme::Family(&SCHEME),
    headers: &["x-signature-ed25519"],
    secret: Some(SecretGuide {
        found_at: "Public Key under General Information of the application: 64 hexadecimal digits.",
        example: "e1bfa90d1869a4452073226326de9f397392e93e7143335b0c53ad3493b885f9",
        is_optional: false,
    }),
    event_type: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Body(Cow::Borrowed("/event/type")),
        Rule::Body(Cow::Borrowed("/type")),
    ]))),
    handshakes: &[EVENTS_PING, INTERACTIONS_PING],
    answer_ms_max: Some(3_000),
    success_status: 204,
    success_is_empty: true,
    documentation_url: "https://discord.com/developers/docs/events/webhook-events",
    notes: &[
        "The provider's library enforces no tolerance of the time, nor is one here: de-duplicate by the body.",
        "Interactions want an answer with content of their own within 3 s, which a receiver that only stores cannot give.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"version":1,"application_id":"1234560123453231555","type":1,"event":{"type":"APPLICATION_AUTHORIZED","timestamp":"2026-09-21T12:26:40"}}"#,
        event_type: Some("APPLICATION_AUTHORIZED"),
    },
    ..Provider::COMMON
};
