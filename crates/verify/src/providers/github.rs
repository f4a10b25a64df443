//! GitHub: HMAC-SHA256 of the body in `X-Hub-Signature-256`.
//!
//! What must stay true: the SHA-1 header that GitHub sends beside it is never taken.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "github",
    title: "GitHub",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-hub-signature-256", "sha256="),
    )),
    headers: &["x-github-event", "x-github-delivery"],
    secret: Some(SecretGuide {
        found_at: "The text you enter as Secret in the webhook's settings.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Header(Cow::Borrowed("x-github-event"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-github-delivery"))),
    dedupe: Rule::Header(Cow::Borrowed("x-github-delivery")),
    answer_ms_max: Some(10_000),
    content_types: &["application/json", "application/x-www-form-urlencoded"],
    documentation_url: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
    notes: &[
        "GitHub does not deliver again by itself: what fails can be sent again by hand within three days.",
        "The delivery id is not covered by the signature.",
        "As a form, the JSON stands in `payload` and the raw form is signed.",
    ],
    sample: Sample {
        headers: &[("x-github-event", "ping"), ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")],
        body: r#"{"zen":"Keep it logically awesome.","hook_id":109948940}"#,
        event_type: Some("ping"),
    },
    ..Provider::COMMON
};
