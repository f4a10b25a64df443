//! GitLab: a secret token in a header, or since 2026 a signing token by Standard Webhooks.
//!
//! What must stay true: both are taken while sources migrate; a plain token says nothing about the body.

use std::borrow::Cow;

use crate::families::{HeaderNames, StandardWebhooks, TokenAt};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

const SIGNING: Scheme = Scheme::StandardWebhooks(StandardWebhooks::new(HeaderNames::Webhook));
const TOKEN: Scheme =
    Scheme::Token(TokenAt::Header { name: Cow::Borrowed("x-gitlab-token"), prefix: Cow::Borrowed("") });

pub(super) static PROVIDER: Provider = Provider {
    name: "gitlab",
    title: "GitLab",
    scheme: Scheme::AnyOf(Cow::Borrowed(&[SIGNING, TOKEN])),
    headers: &["x-gitlab-event", "x-gitlab-token"],
    secret: Some(SecretGuide {
        found_at: "The signing token (whsec_…) or the secret token in the webhook's settings.",
        example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        is_optional: false,
    }),
    event_type: Some(Rule::Header(Cow::Borrowed("x-gitlab-event"))),
    delivery_id: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Header(Cow::Borrowed("webhook-id")),
        Rule::Header(Cow::Borrowed("idempotency-key")),
    ]))),
    dedupe: Rule::FirstOf(Cow::Borrowed(&[
        Rule::Header(Cow::Borrowed("webhook-id")),
        Rule::Header(Cow::Borrowed("idempotency-key")),
    ])),
    documentation_url: "https://docs.gitlab.com/user/project/integrations/webhooks/",
    notes: &[
        "With a secret token nothing is signed: prefer the signing token.",
        "With both kinds of secret on a source, a request needs only one of them.",
        "The answer deadline is not confirmed.",
    ],
    sample: Sample {
        headers: &[("x-gitlab-event", "Push Hook"), ("webhook-id", "0b5e4ce2-8d0f-4b5f-8dcb-4f6c8e0d0f7a")],
        body: r#"{"object_kind":"push","ref":"refs/heads/main"}"#,
        event_type: Some("Push Hook"),
    },
    ..Provider::COMMON
};
