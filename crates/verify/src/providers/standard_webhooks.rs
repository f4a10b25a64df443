//! Standard Webhooks: v1 and v1a, under either family of header names.
//!
//! What must stay true: all three headers come from one family of names.

use std::borrow::Cow;

use crate::families::{HeaderNames, StandardWebhooks};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "standard-webhooks",
    title: "Standard Webhooks",
    scheme: Scheme::StandardWebhooks(StandardWebhooks::new(HeaderNames::Either)),
    headers: &[],
    secret: Some(SecretGuide {
        found_at: "Signing secret of the endpoint: whsec_ for v1, or the public key whpk_ for v1a.",
        example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/type"))),
    delivery_id: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Header(Cow::Borrowed("webhook-id")),
        Rule::Header(Cow::Borrowed("svix-id")),
    ]))),
    dedupe: Rule::FirstOf(Cow::Borrowed(&[
        Rule::Header(Cow::Borrowed("webhook-id")),
        Rule::Header(Cow::Borrowed("svix-id")),
    ])),
    documentation_url: "https://www.standardwebhooks.com",
    sample: Sample {
        headers: &[("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")],
        body: r#"{"type":"invoice.paid","data":{"id":"inv_1"}}"#,
        event_type: Some("invoice.paid"),
    },
    success_status: 202,
    ..Provider::COMMON
};
