//! Meta (Facebook, Instagram, Messenger, WhatsApp): HMAC-SHA256 of the body in `X-Hub-Signature-256`.
//!
//! What must stay true: the SHA-1 header sent beside it is never taken, and a challenge is echoed only for the verify token.

use crate::handshake::{Body, Condition, Handshake, Value};
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

const SUBSCRIBE: Handshake = Handshake {
    method: "GET",
    when: &[
        Condition::Is(Value::Query("hub.mode"), "subscribe"),
        Condition::Has(Value::Query("hub.challenge")),
    ],
    must_equal_challenge: Some((Value::Query("hub.verify_token"), 403)),
    body: Body::Plain(Value::Query("hub.challenge")),
    ..Handshake::NONE
};

pub(super) static PROVIDER: Provider = Provider {
    name: "meta",
    title: "Meta (Facebook, Instagram, Messenger, WhatsApp)",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-hub-signature-256", "sha256="),
    )),
    secret: Some(SecretGuide {
        found_at: "App secret under Basic Settings of the app; the verify token you choose is a challenge secret.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    handshakes: &[SUBSCRIBE],
    documentation_url: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
    notes: &[
        "Letters outside ASCII are sent as escapes, and they are signed as sent: any new serialisation breaks the signature.",
        "A request may carry many changes and has no delivery id; the fields inside are not confirmed, so it is not split.",
        "One app has one URL for all its accounts.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"object":"page","entry":[{"id":"0","time":1520383571,"changes":[]}]}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
