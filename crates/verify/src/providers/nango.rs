//! Nango: HMAC-SHA256 of the body in `X-Nango-Hmac-Sha256`.
//!
//! What must stay true: the older `X-Nango-Signature`, a plain hash, is never taken.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "nango",
    title: "Nango",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-nango-hmac-sha256", ""),
    )),
    headers: &["x-nango-hmac-sha256"],
    secret: Some(SecretGuide {
        found_at: "Signing or secret key in the settings of the environment; each environment has its own.",
        example: "01234567-89ab-cdef-0123-456789abcdef",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/type"))),
    documentation_url: "https://nango.dev/docs/guides/platform/webhooks-from-nango",
    notes: &[
        "There is no time in the signature and no delivery id: the hash of the body tells events apart.",
        "That the signature is hexadecimal is confirmed by third parties.",
        "The field of the event's type is that of Nango's samples.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"type":"sync","connectionId":"c1","providerConfigKey":"github","syncName":"issues","success":true}"#,
        event_type: Some("sync"),
    },
    ..Provider::COMMON
};
