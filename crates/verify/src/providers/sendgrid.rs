//! SendGrid event webhook: ECDSA on P-256 over time and body.
//!
//! What must stay true: the body ends with CR LF, which is signed.

use std::borrow::Cow;

use crate::families::Detached;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::public_key::PublicKeyAlgorithm;
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;
use crate::template::{Encoding, Part, TimeUnit, Timestamp, TimestampAt};

static SCHEME: Detached = Detached {
    name: "sendgrid",
    headers: &["x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"],
    algorithm: PublicKeyAlgorithm::EcdsaP256Der,
    encoding: Encoding::Base64,
    timestamp: Some(Timestamp {
        at: TimestampAt::Header(Cow::Borrowed("x-twilio-email-event-webhook-timestamp")),
        unit: TimeUnit::Seconds,
        past_s_max: None,
        future_s_max: None,
    }),
    parts: &[Part::Timestamp, Part::Body],
};

pub(super) static PROVIDER: Provider = Provider {
    name: "sendgrid",
    title: "SendGrid",
    scheme: Scheme::Family(&SCHEME),
    headers: &["x-twilio-email-event-webhook-signature"],
    secret: Some(SecretGuide {
        found_at: "Verification key under Mail Settings, Event Webhook, Signature Verification (a public key).",
        example: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEUrYRbILFU5T+n1XD2z/fAt+FAcOnik7GeUDI8hSe9KVzMriRczLYkrc8m6mbfZG2NUqvatmFdC+PKanNieUh4A==",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/0/event"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/0/sg_event_id"))),
    split: Some(Split {
        at: Cow::Borrowed(""),
        event_type: Rule::Body(Cow::Borrowed("/event")),
        id: Rule::Body(Cow::Borrowed("/sg_event_id")),
    }),
    documentation_url: "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
    notes: &[
        "The provider's library enforces no tolerance of the time, nor is one here.",
        "One request carries many events: split it.",
    ],
    sample: Sample {
        headers: &[],
        body: "[{\"email\":\"hello@example.com\",\"event\":\"delivered\",\"sg_event_id\":\"ZGVsaXZlcmVkLTA\",\"timestamp\":1790000000}]\r\n",
        event_type: Some("delivered"),
    },
    ..Provider::COMMON
};
