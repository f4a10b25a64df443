//! Braintree: HMAC-SHA1 over a form field, and a challenge when the destination is set up.
//!
//! What must stay true: the challenge must have the provider's form, or the key would sign texts of a stranger's choice.

use crate::families::Braintree;
use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, KeyForm};

const CHALLENGE: Handshake = Handshake {
    method: "GET",
    when: &[Condition::IsHex(Value::Query("bt_challenge"), 20, 32)],
    body: Body::Plain(Value::Joined(&[
        Value::ChallengeSecret,
        Value::Text("|"),
        Value::Hmac {
            hash: Hash::Sha1,
            encoding: Encoding::Hex,
            key: KeyForm::Sha1OfText,
            of: &Value::Query("bt_challenge"),
        },
    ])),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "braintree",
    title: "Braintree",
    scheme: Scheme::Family(&Braintree),
    secret: Some(SecretGuide {
        found_at: "The private API key; the public API key goes with it as challenge.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    handshakes: &[CHALLENGE],
    methods: &["POST", "GET"],
    content_types: &["application/x-www-form-urlencoded"],
    documentation_url: "https://developer.paypal.com/braintree/docs/guides/webhooks/overview",
    notes: &[
        "The event (XML in base64) is in the form field bt_payload; its kind is not read here.",
        "There is no delivery id: the hash of the body stands in.",
    ],
    sample: Sample {
        headers: &[("content-type", "application/x-www-form-urlencoded")],
        body: "bt_signature=&bt_payload=PG5vdGlmaWNhdGlvbj48a2luZD5jaGVjazwva2luZD48L25vdGlmaWNhdGlvbj4%3D%0A",
        event_type: None,
    },
    ..Provider::COMMON
};
