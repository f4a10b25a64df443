//! Segment: HMAC-SHA1 of the body.
//!
//! What must stay true: a batch, of which only the first event is signed, is refused.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "segment",
    title: "Segment",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha1,
        Encoding::Hex,
        SignatureAt::header("x-signature", ""),
    )),
    secret: Some(SecretGuide {
        found_at: "The text you enter as shared secret in the settings of the webhooks destination.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/type"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/messageId"))),
    dedupe: Rule::Body(Cow::Borrowed("/messageId")),
    documentation_url: "https://segment.com/docs/connections/destinations/catalog/webhooks/",
    notes: &[
        "Switch batching off: Segment signs the first event of a batch only, so the rest could be forged; batches are refused.",
        "Without a shared secret nothing is signed, which is refused here.",
        "There is no time in the signature: a request can be replayed.",
        "The fields of the event's type and id are those of Segment's samples.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"version":1,"type":"track","messageId":"m-1","userId":"019mr8mf4r","event":"Purchased an Item"}"#,
        event_type: Some("track"),
    },
    ..Provider::COMMON
};
