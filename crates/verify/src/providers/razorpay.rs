//! Razorpay: HMAC-SHA256 of the body in `X-Razorpay-Signature`.
//!
//! What must stay true: the key is the secret of the webhook, not that of the API.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "razorpay",
    title: "Razorpay",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-razorpay-signature", ""),
    )),
    headers: &["x-razorpay-signature"],
    secret: Some(SecretGuide {
        found_at: "Secret you set on the webhook; not the secret of an API key.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-razorpay-event-id"))),
    dedupe: Rule::Header(Cow::Borrowed("x-razorpay-event-id")),
    documentation_url: "https://razorpay.com/docs/webhooks/",
    notes: &["The event id is not covered by the signature. The deadline for answers is not confirmed."],
    sample: Sample {
        headers: &[("x-razorpay-event-id", "L8Rr3xRcXG1Qxm")],
        body: r#"{"entity":"event","event":"payment.captured","payload":{}}"#,
        event_type: Some("payment.captured"),
    },
    ..Provider::COMMON
};
