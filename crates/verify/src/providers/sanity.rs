//! Sanity: HMAC-SHA256 of time and body, in base64url without padding.
//!
//! What must stay true: milliseconds are signed as text.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp, TimestampAt};

pub(super) static PROVIDER: Provider = Provider {
    name: "sanity",
    title: "Sanity",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Literal(Cow::Borrowed(".")), Part::Body],
        Hash::Sha256,
        Encoding::Base64UrlNoPad,
        SignatureAt::fields("sanity-webhook-signature", ',', &[Cow::Borrowed("v1")]),
        Some(Timestamp::of_any_age(TimestampAt::Field(Cow::Borrowed("t")), TimeUnit::Milliseconds)),
    )),
    headers: &["sanity-webhook-signature"],
    secret: Some(SecretGuide {
        found_at: "The text you enter as the secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://www.sanity.io/docs/webhooks",
    notes: &[
        "Sanity's library names no tolerance, so a request of any age is accepted.",
        "Operation and idempotency key are not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample { headers: &[], body: r#"{"_id":"resume"}"#, event_type: None },
    ..Provider::COMMON
};
