//! Plaid: a token by ES256 whose claim is the hash of the body, with a key fetched by its id.

use crate::families::{JwtAlgorithm, JwtAudience, JwtKey, JwtScheme};
use crate::provider::{Provider, Sample};
use crate::scheme::Scheme;
use crate::template::Encoding;

static SCHEME: JwtScheme = JwtScheme {
    name: "plaid",
    headers: &["plaid-verification"],
    prefix: "",
    algorithm: JwtAlgorithm::Es256,
    key: JwtKey::ById { url: "https://production.plaid.com/webhook_verification_key/get", member: "key" },
    audience: JwtAudience::Any,
    issuers: &[],
    expiry_is_required: false,
    age_s_max: Some(300),
    body_hash: Some(("request_body_sha256", Encoding::Hex)),
};

pub(super) static PROVIDER: Provider = Provider {
    name: "plaid",
    title: "Plaid",
    scheme: Scheme::Family(&SCHEME),
    headers: &["plaid-verification"],
    documentation_url: "https://plaid.com/docs/api/webhooks/webhook-verification/",
    notes: &[
        "The key is fetched with the client id and secret of the API, as a POST with the key's id; they are settings of the fetching.",
        "Keys of the production host only.",
        "There is no delivery id: the hash of the body stands in. The fields of the event type are not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"webhook_type":"TRANSACTIONS","webhook_code":"SYNC_UPDATES_AVAILABLE","item_id":"wz666MBjYWTp2PDzzggYhM6oWWmBb"}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
