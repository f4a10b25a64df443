//! BigCommerce: the headers of Standard Webhooks, with the client secret as text.
//!
//! What must stay true: the secret is not decoded, unlike in Standard Webhooks.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "bigcommerce",
    title: "BigCommerce",
    scheme: Scheme::Hmac(Template::of(
        &[
            Part::Header(Cow::Borrowed("webhook-id")),
            Part::Literal(Cow::Borrowed(".")),
            Part::Timestamp,
            Part::Literal(Cow::Borrowed(".")),
            Part::Body,
        ],
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::List {
            name: Cow::Borrowed("webhook-signature"),
            separator: ' ',
            prefix: Cow::Borrowed("v1,"),
        },
        Some(Timestamp::header("webhook-timestamp", TimeUnit::Seconds, 300)),
    )),
    secret: Some(SecretGuide {
        found_at: "Client secret of the app or API account.",
        example: "0123456789abcdef0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/scope"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("webhook-id"))),
    dedupe: Rule::Header(Cow::Borrowed("webhook-id")),
    documentation_url: "https://developer.bigcommerce.com",
    notes: &[
        "Below 90 % of success within two minutes, the whole domain gets nothing for three minutes.",
        "The payload is an id only.",
    ],
    sample: Sample {
        headers: &[("webhook-id", "msg_01")],
        body: r#"{"scope":"store/order/created","hash":"352e4afc6dd3fc85ea26bfdf3f91852604d57528","data":{"type":"order","id":250}}"#,
        event_type: Some("store/order/created"),
    },
    ..Provider::COMMON
};
