//! FusionAuth: a token whose claim is the hash of the body.

use std::borrow::Cow;

use crate::families::{JwtAlgorithm, JwtAudience, JwtKey, JwtScheme};
use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::Encoding;

static SCHEME: JwtScheme = JwtScheme {
    name: "fusionauth",
    headers: &["x-fusionauth-signature-jwt"],
    prefix: "",
    algorithm: JwtAlgorithm::Hs256,
    key: JwtKey::Secret,
    audience: JwtAudience::Any,
    issuers: &[],
    expiry_is_required: false,
    age_s_max: None,
    body_hash: Some(("request_body_sha256", Encoding::Base64)),
};

pub(super) static PROVIDER: Provider = Provider {
    name: "fusionauth",
    title: "FusionAuth",
    scheme: Scheme::Family(&SCHEME),
    headers: &["x-fusionauth-signature-jwt"],
    secret: Some(SecretGuide {
        found_at: "The HMAC key chosen as signing key of the webhook, in the Key Master.",
        example: "fusionauth-hmac-key-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event/type"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/event/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/event/id")),
    documentation_url: "https://fusionauth.io/docs/extend/events-and-webhooks/signing",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "HS256 only: keys of the installation's own key set would be on a host that nothing pins.",
        "The places of event type and id are not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"event":{"type":"user.create","id":"8e4e1d0e-0a8b-4b3e-9b57-fb0c7c0f2a11"}}"#,
        event_type: Some("user.create"),
    },
    ..Provider::COMMON
};
