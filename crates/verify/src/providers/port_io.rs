//! Port: HMAC-SHA256 of time and body in base64.
//!
//! What must stay true: the version before the comma is part of what must be there.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "port-io",
    title: "Port",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Literal(Cow::Borrowed(".")), Part::Body],
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-port-signature", "v1,"),
        Some(Timestamp::header("x-port-timestamp", TimeUnit::Seconds, 300)),
    )),
    headers: &["x-port-signature"],
    secret: Some(SecretGuide {
        found_at: "Client secret of the organisation, under Credentials.",
        example: "0123456789abcdefghijklmnopqrstuvwxyz",
        is_optional: false,
    }),
    documentation_url: "https://docs.port.io/actions-and-automations/setup-backend/webhook/signature-verification/",
    notes: &[
        "The tolerance of 300 s is customary; Port leaves it to the receiver.",
        "The payload is the user's own: there is no event type, and the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"context":{"runId":"r_1"},"payload":{"action":{"identifier":"create_vm"}}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
