//! Vapi: a token in `X-Vapi-Secret` or as `Authorization: Bearer`.
//!
//! What must stay true: the token is compared whole wherever it stands.

use std::borrow::Cow;

use crate::families::TokenAt;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

const SCHEMES: &[Scheme] = &[
    Scheme::Token(TokenAt::Header { name: Cow::Borrowed("x-vapi-secret"), prefix: Cow::Borrowed("") }),
    Scheme::Token(TokenAt::Bearer),
];

pub(super) static PROVIDER: Provider = Provider {
    name: "vapi",
    title: "Vapi",
    scheme: Scheme::AnyOf(Cow::Borrowed(SCHEMES)),
    headers: &["x-vapi-secret"],
    secret: Some(SecretGuide {
        found_at: "The token of the credential that the server URL uses, or the secret set beside the server URL.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/message/type"))),
    documentation_url: "https://docs.vapi.ai/server-url/server-authentication",
    notes: &[
        "Nothing is signed: the token is all. Vapi can sign (HMAC) with a header and a payload that you choose: set the same in a `scheme` of type `custom`.",
        "Some messages want an answer with content of their own (`assistant-request`, `tool-calls`), which a receiver that only stores cannot give.",
        "The field of the event type is confirmed by third parties; there is no delivery id: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"message":{"type":"end-of-call-report","call":{"id":"c1"}}}"#,
        event_type: Some("end-of-call-report"),
    },
    ..Provider::COMMON
};
