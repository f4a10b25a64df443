//! DocuSign Connect: HMAC-SHA256 of the body in base64, one header per key.
//!
//! What must stay true: any of the headers may match, since DocuSign signs with every key that is set.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

/// One per key, in the order of the keys.
const HEADERS: &[Cow<'static, str>] = &[
    Cow::Borrowed("x-docusign-signature-1"),
    Cow::Borrowed("x-docusign-signature-2"),
    Cow::Borrowed("x-docusign-signature-3"),
    Cow::Borrowed("x-docusign-signature-4"),
    Cow::Borrowed("x-docusign-signature-5"),
    Cow::Borrowed("x-docusign-signature-6"),
    Cow::Borrowed("x-docusign-signature-7"),
    Cow::Borrowed("x-docusign-signature-8"),
    Cow::Borrowed("x-docusign-signature-9"),
    Cow::Borrowed("x-docusign-signature-10"),
];

pub(super) static PROVIDER: Provider = Provider {
    name: "docusign",
    title: "DocuSign Connect",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::Headers { names: Cow::Borrowed(HEADERS) },
    )),
    headers: &["x-docusign-signature-1"],
    secret: Some(SecretGuide {
        found_at: "HMAC key of Connect.",
        example: "dGhpc19pc19ub3RfYV9yZWFsX2tleQ==",
        is_optional: false,
    }),
    content_types: &["application/json", "text/xml", "application/xml"],
    documentation_url: "https://developers.docusign.com/platform/webhooks/connect/hmac/",
    notes: &[
        "The first ten signatures are tried.",
        "Fields of the body are not confirmed: there is no event type, and the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"apiVersion":"v2.1","data":{"envelopeId":"1d2c3b4a"}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
