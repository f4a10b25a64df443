//! X: HMAC-SHA256 of the body, in base64 after `sha256=`.
//!
//! What must stay true: what follows the prefix is base64, and the challenge is answered with the same key.

use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, KeyForm, SignatureAt, Template};

const CHALLENGE_RESPONSE: Handshake = Handshake {
    method: "GET",
    when: &[Condition::Has(Value::Query("crc_token"))],
    body: Body::Json(&[(
        "response_token",
        Value::Joined(&[
            Value::Text("sha256="),
            Value::Hmac {
                hash: Hash::Sha256,
                encoding: Encoding::Base64,
                key: KeyForm::Text,
                of: &Value::Query("crc_token"),
            },
        ]),
    )]),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "x",
    title: "X",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-twitter-webhooks-signature", "sha256="),
    )),
    headers: &["x-twitter-webhooks-signature"],
    secret: Some(SecretGuide {
        found_at: "Consumer secret of the app.",
        example: "0123456789abcdefghijklmnopqrstuvwxyz",
        is_optional: false,
    }),
    answer_ms_max: Some(3_000),
    handshakes: &[CHALLENGE_RESPONSE],
    documentation_url: "https://docs.x.com",
    notes: &[
        "The challenge is repeated about hourly, and the webhook ends if it fails.",
        "The URL must not contain a port.",
        "The type is the name of the top-level field, and ids are inside: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"for_user_id":"1","tweet_create_events":[{}]}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
