//! Scalr: HMAC-SHA1 of the body and the `Date` header in `X-Signature`.
//!
//! What must stay true: the date is signed as text, and others use the header with another hash.

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "scalr",
    title: "Scalr",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Body, Part::Timestamp],
        Hash::Sha1,
        Encoding::Hex,
        SignatureAt::header("x-signature", ""),
        Some(Timestamp::header("date", TimeUnit::HttpDate, 300)),
    )),
    secret: Some(SecretGuide {
        found_at: "Signing key of the webhook endpoint.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://docs.scalr.io",
    notes: &["Type and id are not confirmed: the hash of the body tells events apart."],
    sample: Sample { headers: &[], body: r#"{"eventName":"HostUp"}"#, event_type: None },
    ..Provider::COMMON
};
