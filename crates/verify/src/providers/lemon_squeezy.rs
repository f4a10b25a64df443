//! Lemon Squeezy: HMAC-SHA256 of the body in `X-Signature`.
//!
//! What must stay true: the event type is read from the body, which is signed.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "lemon-squeezy",
    title: "Lemon Squeezy",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-signature", ""),
    )),
    secret: Some(SecretGuide {
        found_at: "The text you enter as the secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/meta/event_name"))),
    documentation_url: "https://docs.lemonsqueezy.com/help/webhooks/signing-requests",
    notes: &[
        "There is no delivery id, and `data.id` stays the same over the events of an object: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"meta":{"event_name":"order_created"},"data":{"type":"orders","id":"1"}}"#,
        event_type: Some("order_created"),
    },
    ..Provider::COMMON
};
