//! Checkbook: HMAC-SHA256 of body and nonce in `Signature`.

use std::borrow::Cow;

use crate::families::Checkbook;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "checkbook",
    title: "Checkbook",
    scheme: Scheme::Family(&Checkbook),
    secret: Some(SecretGuide {
        found_at: "Webhooks key in the developer settings; sandbox and production have their own.",
        example: "00112233445566778899aabbccddeeff",
        is_optional: false,
    }),
    event_type: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Joined {
            parts: Cow::Borrowed(&[Rule::Body(Cow::Borrowed("/type")), Rule::Body(Cow::Borrowed("/status"))]),
            separator: Cow::Borrowed("."),
        },
        Rule::Body(Cow::Borrowed("/type")),
    ]))),
    documentation_url: "https://docs.checkbook.io/docs/webhooks",
    notes: &[
        "There is no time in the signature: a request can be replayed. The nonce is taken as digits, as in the provider's example.",
        "The `id` is that of the check, not of the event: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"status": "PAID", "id": "0a1b2c3d4e5f", "type": "CHECK"}"#,
        event_type: Some("CHECK.PAID"),
    },
    ..Provider::COMMON
};
