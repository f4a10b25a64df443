//! Zendesk: HMAC-SHA256 of time and body in base64.
//!
//! What must stay true: nothing stands between time and body, and the time is signed as text.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "zendesk",
    title: "Zendesk",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Body],
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-zendesk-webhook-signature", ""),
        Some(Timestamp::header("x-zendesk-webhook-signature-timestamp", TimeUnit::Rfc3339, 300)),
    )),
    headers: &["x-zendesk-webhook-signature"],
    secret: Some(SecretGuide {
        found_at: "Signing secret of the webhook.",
        example: "dGhpc19zZWNyZXRfaXNfbm90X3JlYWw",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/type"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-zendesk-webhook-invocation-id"))),
    dedupe: Rule::Header(Cow::Borrowed("x-zendesk-webhook-invocation-id")),
    documentation_url: "https://developer.zendesk.com/documentation/webhooks/verifying/",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "The tolerance of 300 s is customary among receivers.",
        "Before a webhook is saved, Zendesk tests it with a fixed secret of its own: the test is refused.",
        "The invocation id is not covered by the signature.",
    ],
    sample: Sample {
        headers: &[("x-zendesk-webhook-invocation-id", "01GJ2Y6J5W3K0QF3B1Z7E9M8N4")],
        body: r#"{"type":"zen:event-type:ticket.created","detail":{"id":"1"}}"#,
        event_type: Some("zen:event-type:ticket.created"),
    },
    ..Provider::COMMON
};
