//! Dropbox: HMAC-SHA256 of the body in `X-Dropbox-Signature`.
//!
//! What must stay true: two equal bodies are two events: they say that something changed, not what.

use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

const CHALLENGE: Handshake = Handshake {
    method: "GET",
    when: &[Condition::Has(Value::Query("challenge"))],
    body: Body::Plain(Value::Query("challenge")),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "dropbox",
    title: "Dropbox",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-dropbox-signature", ""),
    )),
    headers: &["x-dropbox-signature"],
    secret: Some(SecretGuide {
        found_at: "App secret in the App Console.",
        example: "0123456789abcde",
        is_optional: false,
    }),
    dedupe: Rule::NOTHING,
    handshakes: &[CHALLENGE],
    documentation_url: "https://www.dropbox.com/developers/reference/webhooks",
    notes: &[
        "The body only lists accounts with changes, so equal bodies are not duplicates. The deadline for answers is not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"list_folder":{"accounts":["dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc"]}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
