//! Adobe I/O Events: RSA-SHA256 of the body, keys on one fixed host.
//!
//! What must stay true: the client id in the body must be the source's own.

use std::borrow::Cow;

use crate::families::AdobeEvents;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "adobe-io-events",
    title: "Adobe I/O Events",
    scheme: Scheme::Family(&AdobeEvents),
    headers: &["x-adobe-digital-signature-1", "x-adobe-digital-signature-2"],
    secret: Some(SecretGuide {
        found_at: "Client ID of the project in the Adobe Developer Console. It is compared, not signed with.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    event_type: Some(Rule::Header(Cow::Borrowed("x-adobe-event-code"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-adobe-delivery-id"))),
    dedupe: Rule::Header(Cow::Borrowed("x-adobe-event-id")),
    documentation_url: "https://developer.adobe.com/events/docs/guides/",
    notes: &[
        "Keys are fetched from static.adobeioevents.com only; the request names their paths. They are bare keys without dates or issuers, trusted because they were fetched over TLS from that host.",
        "The ids are in headers, which the signature does not cover.",
        "The challenge by GET is not confirmed and not answered; batches, whose client id is elsewhere, are refused.",
    ],
    sample: Sample {
        headers: &[
            ("x-adobe-event-code", "asset_created"),
            ("x-adobe-event-id", "eb0b1b7e-8a47-4f1f-8f6a-5d1d2b6ab6b4"),
            ("x-adobe-delivery-id", "2f1d0a7c-55a5-4e0c-9a59-2b7cf7b0c9e1"),
            ("x-adobe-public-key1-path", "/prod/keys/pub-key-simulated.pem"),
        ],
        body: r#"{"event_id":"eb0b1b7e","event":{"type":"asset_created"},"recipient_client_id":"0123456789abcdef0123456789abcdef"}"#,
        event_type: Some("asset_created"),
    },
    ..Provider::COMMON
};
