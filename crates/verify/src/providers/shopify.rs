//! Shopify: HMAC-SHA256 of the body in base64.
//!
//! What must stay true: the signature is taken from either spelling of the header, and the secret is text.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

const HEADERS: &[Cow<'static, str>] =
    &[Cow::Borrowed("x-shopify-hmac-sha256"), Cow::Borrowed("shopify-hmac-sha256")];

pub(super) static PROVIDER: Provider = Provider {
    name: "shopify",
    title: "Shopify",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::Headers { names: Cow::Borrowed(HEADERS) },
    )),
    headers: &["x-shopify-hmac-sha256", "shopify-hmac-sha256"],
    secret: Some(SecretGuide {
        found_at: "API secret key of the app; for webhooks made in the admin, the secret shown there.",
        example: "shpss_0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    event_type: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Header(Cow::Borrowed("x-shopify-topic")),
        Rule::Header(Cow::Borrowed("shopify-topic")),
    ]))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-shopify-webhook-id"))),
    dedupe: Rule::FirstOf(Cow::Borrowed(&[
        Rule::Header(Cow::Borrowed("x-shopify-event-id")),
        Rule::Header(Cow::Borrowed("x-shopify-webhook-id")),
    ])),
    answer_ms_max: Some(5_000),
    documentation_url: "https://shopify.dev/docs/apps/build/webhooks",
    notes: &["App review sends bad signatures and wants 401.", "The ids are not covered by the signature."],
    sample: Sample {
        headers: &[
            ("x-shopify-topic", "orders/create"),
            ("x-shopify-webhook-id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
            ("x-shopify-event-id", "98880550-7158-44d4-b7cd-2c97c8a091b5"),
        ],
        body: r#"{"id":820982911946154508,"email":"jon@example.com"}"#,
        event_type: Some("orders/create"),
    },
    ..Provider::COMMON
};
