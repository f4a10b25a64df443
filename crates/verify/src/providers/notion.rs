//! Notion: HMAC-SHA256 of the body in `X-Notion-Signature`.
//!
//! What must stay true: the verification token of the first request becomes the key.

use std::borrow::Cow;

use crate::handshake::{Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

const VERIFICATION_TOKEN: Handshake = Handshake {
    when: &[Condition::Has(Value::Field("/verification_token")), Condition::Lacks(Value::Field("/type"))],
    learn: Some(Value::Field("/verification_token")),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "notion",
    title: "Notion",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-notion-signature", "sha256="),
    )),
    headers: &["x-notion-signature"],
    secret: Some(SecretGuide {
        found_at: "The verification token that Notion sends first, and that you paste back into its page.",
        example: "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/type"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/id")),
    handshakes: &[VERIFICATION_TOKEN],
    documentation_url: "https://developers.notion.com/reference/webhooks",
    notes: &[
        "The learnt token must be shown to the operator, who pastes it into the page of the integration. The deadline for answers is not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"id":"367cba44-b6f3-4c92-81e7-6a2e9659efd4","type":"page.created","entity":{"id":"1"}}"#,
        event_type: Some("page.created"),
    },
    ..Provider::COMMON
};
