//! OpenClaw: the token of its gateway as `Authorization: Bearer`.

use crate::families::TokenAt;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "openclaw",
    title: "OpenClaw",
    scheme: Scheme::Token(TokenAt::Bearer),
    secret: Some(SecretGuide {
        found_at: "The text you set as cron.webhookToken in the configuration of the gateway.",
        example: "a-token-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://docs.openclaw.ai/automation/cron-jobs",
    notes: &[
        "Nothing is signed: the token is all.",
        "A gateway without `cron.webhookToken` sends no token, which is refused here.",
        "The header `x-openclaw-token` belongs to what the gateway receives, not to what it sends, and is not looked at.",
        "The fields of the event type and an id are not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample { headers: &[], body: r#"{"jobId":"job-123","summary":"done"}"#, event_type: None },
    ..Provider::COMMON
};
