//! PayPal: RSA-SHA256 by a fetched certificate, over the ids, the time and the body's CRC-32.

use std::borrow::Cow;

use crate::families::PayPal;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "paypal",
    title: "PayPal",
    scheme: Scheme::Family(&PayPal),
    headers: &["paypal-transmission-sig", "paypal-transmission-id"],
    secret: Some(SecretGuide {
        found_at: "Webhook ID of the webhook in the developer dashboard. It is signed, not signed with.",
        example: "7BL18047GB137423B",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event_type"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("paypal-transmission-id"))),
    dedupe: Rule::Body(Cow::Borrowed("/id")),
    documentation_url: "https://developer.paypal.com/api/rest/webhooks/",
    notes: &[
        "The certificate's host (under paypal.com), dates, use and name are checked, and the signatures of the issuers served beside it; where the chain ends is not, so that it is trusted because it was fetched over TLS from that host.",
        "The scheme covers the body by a CRC-32, which protects against accidents, not against who can choose bodies.",
        "No age is enforced: de-duplicate by the id.",
    ],
    sample: Sample {
        headers: &[
            ("paypal-transmission-id", "69cd13f0-d67a-11e5-baa3-778b53f4ae55"),
            ("paypal-cert-url", "https://api.paypal.com/v1/notifications/certs/CERT-simulated"),
        ],
        body: r#"{"id":"WH-2WR32451HC0233532-67976317FL4543714","event_type":"PAYMENT.SALE.COMPLETED","resource":{"id":"80021663DE681814L"}}"#,
        event_type: Some("PAYMENT.SALE.COMPLETED"),
    },
    ..Provider::COMMON
};
