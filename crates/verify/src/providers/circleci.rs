//! CircleCI: HMAC-SHA256 of the body in `Circleci-Signature`.
//!
//! What must stay true: only version 1 is known and read.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "circleci",
    title: "CircleCI",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::fields("circleci-signature", ',', &[Cow::Borrowed("v1")]),
    )),
    headers: &["circleci-signature", "circleci-event-type"],
    secret: Some(SecretGuide {
        found_at: "The text you enter as the secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Header(Cow::Borrowed("circleci-event-type"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/id")),
    answer_ms_max: Some(10_000),
    documentation_url: "https://circleci.com/docs/outbound-webhooks/",
    notes: &["The type in the header is not covered by the signature."],
    sample: Sample {
        headers: &[("circleci-event-type", "workflow-completed")],
        body: r#"{"id":"3888f21b-eaa7-38e3-8f3d-75a63bba8895","type":"workflow-completed"}"#,
        event_type: Some("workflow-completed"),
    },
    ..Provider::COMMON
};
