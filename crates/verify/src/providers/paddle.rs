//! Paddle Billing: HMAC-SHA256 of time and body in `Paddle-Signature`.
//!
//! What must stay true: every `h1` is tried, and the short tolerance of Paddle's library is kept.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "paddle",
    title: "Paddle Billing",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Literal(Cow::Borrowed(":")), Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::fields("paddle-signature", ';', &[Cow::Borrowed("h1")]),
        Some(Timestamp::field("ts", TimeUnit::Seconds, 5)),
    )),
    headers: &["paddle-signature"],
    secret: Some(SecretGuide {
        found_at: "Secret key of the notification destination in Paddle.",
        example: "pdl_ntfset_example_0123456789abcdef",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event_type"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/notification_id"))),
    dedupe: Rule::Body(Cow::Borrowed("/event_id")),
    documentation_url: "https://developer.paddle.com/webhooks/signature-verification",
    notes: &[
        "Five seconds of tolerance: the clock of the server must be right.",
        "The deadline for answers and `notification_id` are confirmed by third parties only.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"event_id":"evt_01","notification_id":"ntf_01","event_type":"transaction.paid","data":{}}"#,
        event_type: Some("transaction.paid"),
    },
    ..Provider::COMMON
};
