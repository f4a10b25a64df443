//! OpenAI: Standard Webhooks under `webhook-*` names.
//!
//! What must stay true: all three headers come from one family of names.

use std::borrow::Cow;

use crate::families::{HeaderNames, StandardWebhooks};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "openai",
    title: "OpenAI",
    scheme: Scheme::StandardWebhooks(StandardWebhooks::new(HeaderNames::Webhook)),
    secret: Some(SecretGuide {
        found_at: "Signing secret of the webhook in the project settings.",
        example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/type"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("webhook-id"))),
    dedupe: Rule::Header(Cow::Borrowed("webhook-id")),
    documentation_url: "https://platform.openai.com/docs/guides/webhooks",
    notes: &["Its headers are those of Standard Webhooks."],
    sample: Sample {
        headers: &[("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")],
        body: r#"{"type":"response.completed","data":{"id":"1"}}"#,
        event_type: Some("response.completed"),
    },
    ..Provider::COMMON
};
