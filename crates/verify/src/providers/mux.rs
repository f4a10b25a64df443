//! Mux: HMAC-SHA256 of time and body in `Mux-Signature`.
//!
//! What must stay true: every `v1` is tried.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "mux",
    title: "Mux",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Literal(Cow::Borrowed(".")), Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::fields("mux-signature", ',', &[Cow::Borrowed("v1")]),
        Some(Timestamp::field("t", TimeUnit::Seconds, 300)),
    )),
    headers: &["mux-signature"],
    secret: Some(SecretGuide {
        found_at: "Signing secret of the webhook.",
        example: "0123456789abcdefghijklmn",
        is_optional: false,
    }),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/id")),
    documentation_url: "https://www.mux.com/docs",
    notes: &["Where the event type stands is not confirmed."],
    sample: Sample { headers: &[], body: r#"{"id":"0ab1c2d3","attempts":[],"data":{}}"#, event_type: None },
    ..Provider::COMMON
};
