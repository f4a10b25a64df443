//! PagerDuty: HMAC-SHA256 of the body in `X-PagerDuty-Signature`, version 3.
//!
//! What must stay true: every `v1` is tried: several are sent while a secret is rotated.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "pagerduty",
    title: "PagerDuty",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::fields("x-pagerduty-signature", ',', &[Cow::Borrowed("v1")]),
    )),
    headers: &["x-pagerduty-signature"],
    secret: Some(SecretGuide {
        found_at: "Secret shown when the webhook subscription is made.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://developer.pagerduty.com",
    notes: &[
        "Where type and id of an event stand is not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample { headers: &[], body: r#"{"event":{"data":{}}}"#, event_type: None },
    ..Provider::COMMON
};
