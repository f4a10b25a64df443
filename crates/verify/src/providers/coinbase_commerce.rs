//! Coinbase Commerce: HMAC-SHA256 of the body in `X-CC-Webhook-Signature`.
//!
//! What must stay true: events are told apart by the id of the event, not by that of the attempt around it.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "coinbase-commerce",
    title: "Coinbase Commerce",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-cc-webhook-signature", ""),
    )),
    headers: &["x-cc-webhook-signature"],
    secret: Some(SecretGuide {
        found_at: "Webhook shared secret of the account.",
        example: "30291a20-0000-412e-8f4c-000000000001",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event/type"))),
    delivery_id: Some(Rule::Joined {
        parts: Cow::Borrowed(&[
            Rule::Body(Cow::Borrowed("/id")),
            Rule::Body(Cow::Borrowed("/attempt_number")),
        ]),
        separator: Cow::Borrowed(":"),
    }),
    dedupe: Rule::Body(Cow::Borrowed("/event/id")),
    notes: &["The deadline for answers is not confirmed."],
    sample: Sample {
        headers: &[],
        body: r#"{"id":1,"attempt_number":1,"event":{"id":"24934862-d980-46cb-9402-43c81b0cdba6","type":"charge:created"}}"#,
        event_type: Some("charge:created"),
    },
    ..Provider::COMMON
};
