//! Airtable: HMAC-SHA256 of the body in `X-Airtable-Content-MAC`.
//!
//! What must stay true: two equal bodies are two events: they say that something changed, not what.

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, KeyForm, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "airtable",
    title: "Airtable",
    scheme: Scheme::Hmac(
        Template::of_body(
            Hash::Sha256,
            Encoding::Hex,
            SignatureAt::header("x-airtable-content-mac", "hmac-sha256="),
        )
        .keyed(KeyForm::Base64),
    ),
    headers: &["x-airtable-content-mac"],
    secret: Some(SecretGuide {
        found_at: "macSecretBase64 of the answer that made the webhook.",
        example: "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0",
        is_optional: false,
    }),
    dedupe: Rule::NOTHING,
    documentation_url: "https://airtable.com/developers/web/api/webhooks-overview",
    notes: &[
        "The body carries no data: fetch the payloads with a cursor of your own.",
        "Equal bodies are not duplicates.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"base":{"id":"app00000000000000"},"webhook":{"id":"ach00000000000000"}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
