//! Google Pub/Sub push: a token of Google for the sending service account. The body is not covered.
//!
//! What must stay true: audience and account are both demanded; Google signs tokens for everybody.

use crate::families::{JwtAlgorithm, JwtAudience, JwtKey, JwtScheme};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;

static SCHEME: JwtScheme = JwtScheme {
    name: "google-pubsub",
    headers: &["authorization"],
    prefix: "bearer ",
    algorithm: JwtAlgorithm::Rs256,
    key: JwtKey::Set("https://www.googleapis.com/oauth2/v3/certs"),
    audience: JwtAudience::SecretWithEmail,
    issuers: &["https://accounts.google.com", "accounts.google.com"],
    expiry_is_required: true,
    age_s_max: None,
    body_hash: None,
};

pub(super) static PROVIDER: Provider = Provider {
    name: "google-pubsub",
    title: "Google Pub/Sub push",
    scheme: Scheme::Family(&SCHEME),
    secret: Some(SecretGuide {
        found_at: "Audience and service account of the push subscription, with a space between.",
        example: "https://hooks.example.com/in/abc push@project.iam.gserviceaccount.com",
        is_optional: false,
    }),
    documentation_url: "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions",
    notes: &[
        "The token does not cover the body, and the same token may come with many bodies until it expires.",
        "The message id is not confirmed, so that the hash of the body stands in.",
        "The payload is message.data in base64.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"message":{"attributes":{},"data":"SGVsbG8=","messageId":"2070443601311540"},"subscription":"projects/p/subscriptions/s"}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
