//! Square: HMAC-SHA256 of the notification URL and the body.
//!
//! What must stay true: the URL is the registered one, byte for byte, not the one seen behind a proxy.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "square",
    title: "Square",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Url, Part::Body],
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-square-hmacsha256-signature", ""),
        None,
    )),
    headers: &["x-square-hmacsha256-signature"],
    secret: Some(SecretGuide {
        found_at: "Signature key of the webhook subscription.",
        example: "Ibxx_0123456789abcdefgh",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/type"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/event_id"))),
    dedupe: Rule::Body(Cow::Borrowed("/event_id")),
    documentation_url: "https://developer.squareup.com/docs/webhooks/step3validate",
    notes: &[
        "The public URL of the source must be exactly the one registered at Square. The deadline for answers is not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","type":"payment.created","data":{"type":"payment"}}"#,
        event_type: Some("payment.created"),
    },
    ..Provider::COMMON
};
