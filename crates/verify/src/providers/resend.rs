//! Resend: Standard Webhooks under `svix-*` names.
//!
//! What must stay true: all three headers come from one family of names.

use std::borrow::Cow;

use crate::families::{HeaderNames, StandardWebhooks};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "resend",
    title: "Resend",
    scheme: Scheme::StandardWebhooks(StandardWebhooks::new(HeaderNames::Svix)),
    secret: Some(SecretGuide {
        found_at: "Signing secret of the webhook in the Resend dashboard.",
        example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/type"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("svix-id"))),
    dedupe: Rule::Header(Cow::Borrowed("svix-id")),
    documentation_url: "https://resend.com/docs",
    notes: &["Its headers are those of Svix: nothing but the secret tells this provider apart."],
    sample: Sample {
        headers: &[("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")],
        body: r#"{"type":"email.sent","data":{"id":"1"}}"#,
        event_type: Some("email.sent"),
    },
    ..Provider::COMMON
};
