//! Calendly: HMAC-SHA256 of time and body in `Calendly-Webhook-Signature`.
//!
//! What must stay true: every `v1` is tried.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "calendly",
    title: "Calendly",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Literal(Cow::Borrowed(".")), Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::fields("calendly-webhook-signature", ',', &[Cow::Borrowed("v1")]),
        Some(Timestamp::field("t", TimeUnit::Seconds, 180)),
    )),
    headers: &["calendly-webhook-signature"],
    secret: Some(SecretGuide {
        found_at: "Signing key given when the subscription is made.",
        example: "5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0I",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event"))),
    documentation_url: "https://developer.calendly.com",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "The tolerance of 180 s is that of a sample.",
        "The id of an event is not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"event":"invitee.created","payload":{"email":"test@example.com"}}"#,
        event_type: Some("invitee.created"),
    },
    ..Provider::COMMON
};
