//! WebSub: HMAC of the body in `X-Hub-Signature`, with one of four hashes.
//!
//! What must stay true: the hub picks among the hashes listed here and no other, and a refusal is still a success to it.

use std::borrow::Cow;

use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

/// Whether a topic is wanted.
const SUBSCRIBE: Handshake = Handshake {
    method: "GET",
    when: &[
        Condition::Is(Value::Query("hub.mode"), "subscribe"),
        Condition::Has(Value::Query("hub.challenge")),
    ],
    must_equal_challenge: Some((Value::Query("hub.topic"), 404)),
    body: Body::Plain(Value::Query("hub.challenge")),
    ..Handshake::NONE
};

/// Anybody can ask a hub to end a subscription; a source keeps its topic until the lease ends.
const UNSUBSCRIBE: Handshake = Handshake {
    method: "GET",
    when: &[Condition::Is(Value::Query("hub.mode"), "unsubscribe")],
    status: 404,
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "websub",
    title: "WebSub",
    scheme: Scheme::AnyOf(Cow::Borrowed(&[
        Scheme::Hmac(Template::of_body(
            Hash::Sha256,
            Encoding::Hex,
            SignatureAt::header("x-hub-signature", "sha256="),
        )),
        Scheme::Hmac(Template::of_body(
            Hash::Sha512,
            Encoding::Hex,
            SignatureAt::header("x-hub-signature", "sha512="),
        )),
        Scheme::Hmac(Template::of_body(
            Hash::Sha384,
            Encoding::Hex,
            SignatureAt::header("x-hub-signature", "sha384="),
        )),
        Scheme::Hmac(Template::of_body(
            Hash::Sha1,
            Encoding::Hex,
            SignatureAt::header("x-hub-signature", "sha1="),
        )),
    ])),
    secret: Some(SecretGuide {
        found_at: "The hub.secret you give when you subscribe; the topic you want is a challenge secret.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    refusal_status: 200,
    content_types: &[],
    handshakes: &[SUBSCRIBE, UNSUBSCRIBE],
    documentation_url: "https://www.w3.org/TR/websub/",
    notes: &[
        "A wrong signature must be acknowledged and ignored, hence the status of a refusal.",
        "The hub chooses the hash; SHA-1, SHA-256, SHA-384 and SHA-512 are taken.",
        "Subscriptions end with their lease and must be renewed. For YouTube the scheme is not confirmed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id></entry></feed>"#,
        event_type: None,
    },
    ..Provider::COMMON
};
