//! Stripe: HMAC-SHA256 of time and body in `Stripe-Signature`.
//!
//! What must stay true: every `v1` is tried (several are sent while a secret is rolled), and `v0` never.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "stripe",
    title: "Stripe",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Literal(Cow::Borrowed(".")), Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::fields("stripe-signature", ',', &[Cow::Borrowed("v1")]),
        Some(Timestamp::field("t", TimeUnit::Seconds, 300)),
    )),
    headers: &["stripe-signature"],
    secret: Some(SecretGuide {
        found_at: "Signing secret of the endpoint in the Stripe Dashboard; the whole text with whsec_.",
        example: "whsec_example0123456789abcdefghijklmn",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/type"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/id")),
    documentation_url: "https://docs.stripe.com/webhooks",
    notes: &[
        "The secret is used as text: what follows whsec_ is not base64.",
        "Order is not guaranteed. The number of retries is confirmed by third parties only.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"id":"evt_123","object":"event","type":"invoiceitem.created","data":{"object":{"id":"ii_123"}}}"#,
        event_type: Some("invoiceitem.created"),
    },
    ..Provider::COMMON
};
