//! Jira: HMAC-SHA256 of the body in `X-Hub-Signature`.
//!
//! What must stay true: webhooks of an administrator are meant: those of Connect apps prove themselves in another way.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "jira",
    title: "Jira",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-hub-signature", "sha256="),
    )),
    headers: &["x-atlassian-webhook-identifier"],
    secret: Some(SecretGuide {
        found_at: "The text you enter as the secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-atlassian-webhook-identifier"))),
    dedupe: Rule::Header(Cow::Borrowed("x-atlassian-webhook-identifier")),
    documentation_url: "https://developer.atlassian.com/cloud/jira/platform/webhooks/",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "The identifier is not covered by the signature.",
        "Where the event type stands is not confirmed.",
        "Connect apps sign with a JWT and are not supported.",
    ],
    sample: Sample {
        headers: &[("x-atlassian-webhook-identifier", "c5f4a0e2-9d3b-4a1f-8b6d-1e2f3a4b5c6d")],
        body: r#"{"timestamp":1525698237764,"issue":{"key":"JRA-1"}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
