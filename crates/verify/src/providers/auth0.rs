//! Auth0 log streams: a text of your choice in `Authorization`.
//!
//! What must stay true: nothing is signed; the whole header value is compared.

use std::borrow::Cow;

use crate::families::TokenAt;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "auth0",
    title: "Auth0 log streams",
    scheme: Scheme::Token(TokenAt::Header {
        name: Cow::Borrowed("authorization"),
        prefix: Cow::Borrowed(""),
    }),
    secret: Some(SecretGuide {
        found_at: "The authorization token you set on the custom webhook stream.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    content_types: &[],
    documentation_url: "https://auth0.com/docs/customize/log-streams/custom-log-streams",
    notes: &[
        "Set an authorization token: without one every request is refused.",
        "Content type and format are settings: the body may be lines, an array or an object.",
        "The fields of logs are not confirmed: the hash of the body tells requests apart.",
    ],
    sample: Sample { headers: &[], body: r#"[{"data":{"description":"login"}}]"#, event_type: None },
    ..Provider::COMMON
};
