//! Veriff: HMAC-SHA256 of the body in `X-HMAC-Signature`.
//!
//! What must stay true: the older `X-Signature`, a plain hash, is never taken.

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "veriff",
    title: "Veriff",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-hmac-signature", ""),
    )),
    secret: Some(SecretGuide {
        found_at: "Shared secret key of the integration in the Veriff Customer Portal.",
        example: "abcdef12-abcd-abcd-abcd-abcdef012345",
        is_optional: false,
    }),
    documentation_url: "https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security",
    notes: &[
        "That the signature is lower-case hexadecimal is confirmed by third parties.",
        "There is no time in the signature: a request can be replayed.",
        "The kinds of webhooks differ in shape and have no common type or id: the hash of the body tells events apart. Set `eventType` as your kind has it.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"status":"success","verification":{"id":"12df6045-3846-3e45-946a-14fa6136d78b","status":"approved"}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
