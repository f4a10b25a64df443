//! Heroku: HMAC-SHA256 of the body in base64.
//!
//! What must stay true: the raw body is hashed.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "heroku",
    title: "Heroku",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("heroku-webhook-hmac-sha256", ""),
    )),
    headers: &["heroku-webhook-hmac-sha256"],
    secret: Some(SecretGuide {
        found_at: "Secret given when the webhook is made.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/id")),
    documentation_url: "https://devcenter.heroku.com/articles/app-webhooks",
    notes: &["The fields of the event type are not confirmed."],
    sample: Sample {
        headers: &[],
        body: r#"{"id":"ff38e9c9-d2d5-4bc0-9b3a-0e5b2a2b2f0e","data":{}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
