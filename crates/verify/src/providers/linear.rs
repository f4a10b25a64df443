//! Linear: HMAC-SHA256 of the body in `Linear-Signature`.
//!
//! What must stay true: the time is read from the body, which is signed; the header beside it is not.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp, TimestampAt};

pub(super) static PROVIDER: Provider = Provider {
    name: "linear",
    title: "Linear",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("linear-signature", ""),
        Some(Timestamp {
            at: TimestampAt::BodyField(Cow::Borrowed("/webhookTimestamp")),
            unit: TimeUnit::Milliseconds,
            past_s_max: Some(60),
            future_s_max: Some(60),
        }),
    )),
    headers: &["linear-signature"],
    secret: Some(SecretGuide {
        found_at: "Signing secret on the page of the webhook.",
        example: "lin_wh_0123456789abcdefghijklmn",
        is_optional: false,
    }),
    event_type: Some(Rule::Joined {
        parts: Cow::Borrowed(&[Rule::Body(Cow::Borrowed("/type")), Rule::Body(Cow::Borrowed("/action"))]),
        separator: Cow::Borrowed("."),
    }),
    delivery_id: Some(Rule::Header(Cow::Borrowed("linear-delivery"))),
    dedupe: Rule::Header(Cow::Borrowed("linear-delivery")),
    documentation_url: "https://linear.app/developers/webhooks",
    notes: &[
        "One minute of tolerance: the clock of the server must be right.",
        "`Linear-Delivery` is confirmed by third parties only, and the signature does not cover it.",
    ],
    sample: Sample {
        headers: &[("linear-delivery", "234d1a4e-b617-4388-90fe-adc3633d6b72")],
        body: r#"{"action":"create","type":"Issue","data":{"id":"1"},"webhookTimestamp":1790000000000}"#,
        event_type: Some("Issue.create"),
    },
    ..Provider::COMMON
};
