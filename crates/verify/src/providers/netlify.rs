//! Netlify: a token of issuer `netlify` whose claim is the hash of the body.

use crate::families::{JwtAlgorithm, JwtAudience, JwtKey, JwtScheme};
use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::Encoding;

static SCHEME: JwtScheme = JwtScheme {
    name: "netlify",
    headers: &["x-webhook-signature"],
    prefix: "",
    algorithm: JwtAlgorithm::Hs256,
    key: JwtKey::Secret,
    audience: JwtAudience::Any,
    issuers: &["netlify"],
    expiry_is_required: false,
    age_s_max: None,
    body_hash: Some(("sha256", Encoding::Hex)),
};

pub(super) static PROVIDER: Provider = Provider {
    name: "netlify",
    title: "Netlify",
    scheme: Scheme::Family(&SCHEME),
    secret: Some(SecretGuide {
        found_at: "JWS secret token of the outgoing webhook.",
        example: "jws-secret-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://docs.netlify.com/site-deploys/notifications/",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "The header of the event and the deploy's id are not confirmed: the hash of the body stands in.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"id":"62ab1d5a4f0f4b0008d3f9a1","state":"ready","name":"example"}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
