//! WooCommerce: HMAC-SHA256 of the body in base64.
//!
//! What must stay true: the unsigned ping that is sent on saving is not believed.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "woocommerce",
    title: "WooCommerce",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-wc-webhook-signature", ""),
    )),
    headers: &["x-wc-webhook-signature", "x-wc-webhook-topic"],
    secret: Some(SecretGuide {
        found_at: "Secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Header(Cow::Borrowed("x-wc-webhook-topic"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-wc-webhook-delivery-id"))),
    dedupe: Rule::Header(Cow::Borrowed("x-wc-webhook-delivery-id")),
    documentation_url: "https://woocommerce.com/document/webhooks/",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "WooCommerce decodes HTML entities in the secret: avoid `&` in it.",
        "There are no retries, and five failures disable a webhook.",
        "The delivery id is not covered by the signature.",
    ],
    sample: Sample {
        headers: &[("x-wc-webhook-topic", "order.created"), ("x-wc-webhook-delivery-id", "88a0f2a1c9b74d51")],
        body: r#"{"id":727,"status":"processing"}"#,
        event_type: Some("order.created"),
    },
    ..Provider::COMMON
};
