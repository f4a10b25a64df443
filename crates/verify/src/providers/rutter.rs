//! Rutter: HMAC-SHA256 of the body in base64.
//!
//! What must stay true: the name of the hash before the signature must be there.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "rutter",
    title: "Rutter",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-rutter-signature", "sha256="),
    )),
    headers: &["x-rutter-signature"],
    secret: Some(SecretGuide {
        found_at: "Client secret of the organisation.",
        example: "00000000-1111-2222-3333-444444444444",
        is_optional: false,
    }),
    event_type: Some(Rule::FirstOf(Cow::Borrowed(&[
        Rule::Body(Cow::Borrowed("/code")),
        Rule::Body(Cow::Borrowed("/type")),
    ]))),
    documentation_url: "https://docs.rutterapi.com/docs/webhook-security",
    notes: &[
        "The fields of the event type are confirmed by third parties only.",
        "There is no time in the signature and no confirmed id: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"type":"CONNECTION","code":"INITIAL_UPDATE","connection_id":"c1"}"#,
        event_type: Some("INITIAL_UPDATE"),
    },
    ..Provider::COMMON
};
