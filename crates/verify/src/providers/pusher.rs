//! Pusher Channels: HMAC-SHA256 of the body in `X-Pusher-Signature`.
//!
//! What must stay true: the header that names the key does not choose it.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "pusher",
    title: "Pusher Channels",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-pusher-signature", ""),
    )),
    headers: &["x-pusher-signature", "x-pusher-key"],
    secret: Some(SecretGuide {
        found_at: "Secret of the app.",
        example: "0123456789abcdef0123",
        is_optional: false,
    }),
    split: Some(Split {
        at: Cow::Borrowed("/events"),
        event_type: Rule::Body(Cow::Borrowed("/name")),
        id: Rule::NOTHING,
    }),
    documentation_url: "https://pusher.com/docs/channels/server_api/webhooks/",
    notes: &[
        "Events have no id of their own.",
        "`time_ms` in the body is signed, but no tolerance is known for it.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"time_ms":1327078148132,"events":[{"name":"channel_occupied","channel":"test"}]}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
