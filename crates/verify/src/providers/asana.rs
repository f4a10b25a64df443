//! Asana: HMAC-SHA256 of the body in `X-Hook-Signature`.
//!
//! What must stay true: the secret is learnt in the handshake, once per webhook.

use std::borrow::Cow;

use crate::handshake::{Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

const HOOK_SECRET: Handshake = Handshake {
    when: &[
        Condition::Has(Value::Header("x-hook-secret")),
        Condition::Lacks(Value::Header("x-hook-signature")),
    ],
    headers: &[("x-hook-secret", Value::Header("x-hook-secret"))],
    learn: Some(Value::Header("x-hook-secret")),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "asana",
    title: "Asana",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-hook-signature", ""),
    )),
    headers: &["x-hook-signature", "x-hook-secret"],
    secret: Some(SecretGuide {
        found_at: "Handed over by Asana in X-Hook-Secret when the webhook is made.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    split: Some(Split {
        at: Cow::Borrowed("/events"),
        event_type: Rule::Joined {
            parts: Cow::Borrowed(&[
                Rule::Body(Cow::Borrowed("/resource/resource_type")),
                Rule::Body(Cow::Borrowed("/action")),
            ]),
            separator: Cow::Borrowed("."),
        },
        id: Rule::BodyHash,
    }),
    answer_ms_max: Some(10_000),
    handshakes: &[HOOK_SECRET],
    documentation_url: "https://developers.asana.com/docs/webhooks-guide",
    notes: &[
        "The handshake comes while the call that makes the webhook is still open.",
        "Delivery is at most once. Events have no id: the hash of an item tells them apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"events":[{"action":"changed","created_at":"2026-01-01T00:00:00.000Z","resource":{"gid":"1","resource_type":"task"}}]}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
