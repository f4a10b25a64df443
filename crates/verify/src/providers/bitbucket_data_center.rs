//! Bitbucket Data Center: HMAC-SHA256 of the body in `X-Hub-Signature`.
//!
//! What must stay true: an unsigned connection test is not believed.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "bitbucket-data-center",
    title: "Bitbucket Data Center",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-hub-signature", "sha256="),
    )),
    secret: Some(SecretGuide {
        found_at: "The text you enter as the secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Header(Cow::Borrowed("x-event-key"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-request-id"))),
    dedupe: Rule::Header(Cow::Borrowed("x-request-id")),
    documentation_url: "https://confluence.atlassian.com/bitbucketserver/",
    notes: &[
        "The test event `diagnostics:ping` may be unsigned; it is refused then, and deliveries work nevertheless.",
        "The request id is not covered by the signature.",
    ],
    sample: Sample {
        headers: &[("x-event-key", "pr:opened"), ("x-request-id", "65b5d3f2-1f9b-4b2a-b7f8-a0c3b1d6e7f8")],
        body: r#"{"eventKey":"pr:opened","pullRequest":{"id":11}}"#,
        event_type: Some("pr:opened"),
    },
    ..Provider::COMMON
};
