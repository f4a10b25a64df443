//! Xero: HMAC-SHA256 of the body in base64.
//!
//! What must stay true: answers have no body, and a wrong signature gets 401: Xero sends some on purpose.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "xero",
    title: "Xero",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-xero-signature", ""),
    )),
    headers: &["x-xero-signature"],
    secret: Some(SecretGuide {
        found_at: "Webhooks key of the app.",
        example: "dGhpc19pc19ub3RfYV9yZWFsX2tleQ==",
        is_optional: false,
    }),
    success_is_empty: true,
    answer_ms_max: Some(5_000),
    split: Some(Split { at: Cow::Borrowed("/events"), event_type: Rule::NOTHING, id: Rule::NOTHING }),
    documentation_url: "https://developer.xero.com/documentation/guides/webhooks/overview/",
    notes: &[
        "The intent to receive is proved by answering 200 to right and 401 to wrong signatures, with an empty body and without cookies.",
        "The fields of events are not confirmed: items have neither type nor id.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"events":[],"firstEventSequence":0,"lastEventSequence":0}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
