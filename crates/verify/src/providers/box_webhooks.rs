//! Box: HMAC-SHA256 of body and time, with a primary and a secondary key.
//!
//! What must stay true: either key may confirm either header, a time in the future is refused, and of the two spellings
//! that may be signed the body as received comes first.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp, TimestampAt};

const HEADERS: &[Cow<'static, str>] =
    &[Cow::Borrowed("box-signature-primary"), Cow::Borrowed("box-signature-secondary")];

pub(super) static PROVIDER: Provider = Provider {
    name: "box",
    title: "Box",
    scheme: Scheme::Hmac(
        Template::of(
            &[Part::Body, Part::Timestamp],
            Hash::Sha256,
            Encoding::Base64,
            SignatureAt::Headers { names: Cow::Borrowed(HEADERS) },
            Some(Timestamp {
                at: TimestampAt::Header(Cow::Borrowed("box-delivery-timestamp")),
                unit: TimeUnit::Rfc3339,
                past_s_max: Some(600),
                future_s_max: Some(0),
            }),
        )
        .or_escaped(),
    ),
    headers: &["box-signature-primary", "box-signature-secondary"],
    secret: Some(SecretGuide {
        found_at: "Primary and secondary signature keys under Webhooks in the Box developer console.",
        example: "Dq9BUZ8k2kYPTW7tW8J0HcEo1qKFb8vj",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/trigger"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("box-delivery-id"))),
    dedupe: Rule::Header(Cow::Borrowed("box-delivery-id")),
    documentation_url: "https://developer.box.com/guides/webhooks/v2/signatures-v2/",
    notes: &[
        "As in the provider's library, the signature may also fit the body with \\u and \\/ escapes; raw bytes are tried first.",
        "The version and algorithm headers are not read: the scheme is fixed.",
    ],
    sample: Sample {
        headers: &[
            ("box-delivery-id", "f96bb54b-ee16-4fc5-aa65-8c2d9e5b546f"),
            ("box-signature-version", "1"),
            ("box-signature-algorithm", "HmacSHA256"),
        ],
        body: r#"{"type":"webhook_event","trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file"}}"#,
        event_type: Some("FILE.UPLOADED"),
    },
    ..Provider::COMMON
};
