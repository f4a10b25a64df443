//! Contentful: HMAC-SHA256 over method, path, listed headers and body.

use crate::families::Contentful;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "contentful",
    title: "Contentful",
    scheme: Scheme::Family(&Contentful),
    headers: &["x-contentful-signature", "x-contentful-signed-headers"],
    secret: Some(SecretGuide {
        found_at: "Signing secret under Settings, Webhooks, Settings.",
        example: "k2Y0bW9ckX5v8wQzT1rLhJ7pN4sDfG6aE3uC9iVxOmBtRyZqHjUlSdWnPgKeFoAz",
        is_optional: false,
    }),
    content_types: &["application/vnd.contentful.management.v1+json", "application/json"],
    documentation_url: "https://www.contentful.com/developers/docs/webhooks/request-verification/",
    notes: &[
        "The tolerance of 30 s is the default of the provider's library.",
        "Topic and attempt id are not confirmed, so that the hash of the body stands in.",
        "The path must reach the verifier as it was sent: a proxy must not rewrite it.",
    ],
    sample: Sample {
        headers: &[("content-type", "application/vnd.contentful.management.v1+json")],
        body: r#"{"sys":{"type":"Entry","id":"3kZdDjcXSE"},"fields":{}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
