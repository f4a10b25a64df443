//! Vercel: HMAC-SHA1 of the body in `X-Vercel-Signature`.
//!
//! What must stay true: the hash is SHA-1, since Vercel sends no other.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "vercel",
    title: "Vercel",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha1,
        Encoding::Hex,
        SignatureAt::header("x-vercel-signature", ""),
    )),
    headers: &["x-vercel-signature"],
    secret: Some(SecretGuide {
        found_at: "Secret shown when the webhook is made.",
        example: "0123456789abcdefghijklmn",
        is_optional: false,
    }),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/id")),
    documentation_url: "https://vercel.com/docs/webhooks",
    confirmation: Confirmation::ThirdParties,
    notes: &["Where the event type stands is not confirmed."],
    sample: Sample { headers: &[], body: r#"{"id":"evt_123","payload":{}}"#, event_type: None },
    ..Provider::COMMON
};
