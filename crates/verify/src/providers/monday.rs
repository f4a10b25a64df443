//! monday.com: a token for the URL with apps, and a challenge when a webhook is made.
//!
//! What must stay true: a challenge with a `type` is another provider's.

use crate::families::{JwtAlgorithm, JwtAudience, JwtKey, JwtScheme};
use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;

static SCHEME: JwtScheme = JwtScheme {
    name: "monday",
    headers: &["authorization"],
    prefix: "",
    algorithm: JwtAlgorithm::Hs256,
    key: JwtKey::Secret,
    audience: JwtAudience::Url,
    issuers: &[],
    expiry_is_required: true,
    age_s_max: None,
    body_hash: None,
};

const CHALLENGE: Handshake = Handshake {
    when: &[
        Condition::Has(Value::Field("/challenge")),
        Condition::Lacks(Value::Field("/type")),
        Condition::Lacks(Value::Field("/event/type")),
    ],
    body: Body::Json(&[("challenge", Value::Field("/challenge"))]),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "monday",
    title: "monday.com (app)",
    scheme: Scheme::Family(&SCHEME),
    secret: Some(SecretGuide {
        found_at: "Signing Secret under Basic Information of the app.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    handshakes: &[CHALLENGE],
    documentation_url: "https://developer.monday.com/apps/docs/integration-authorization",
    notes: &[
        "The token does not cover the body.",
        "Its audience is the URL as registered, which the source must know.",
        "Webhooks of boards carry no token: use a source that proves nothing, with a secret URL.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"event":{"type":"update_column_value","boardId":1771812698,"pulseId":1772099344}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
