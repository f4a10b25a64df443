//! PandaDoc: HMAC-SHA256 of the body in the query.
//!
//! What must stay true: the parameter must be there once.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::{Rule, Split};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "panda-doc",
    title: "PandaDoc",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::Query(Cow::Borrowed("signature")),
    )),
    secret: Some(SecretGuide {
        found_at: "Shared key of the webhook in the Developer Dashboard.",
        example: "0123456789abcdefghijklmn",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/0/event"))),
    split: Some(Split {
        at: Cow::Borrowed(""),
        event_type: Rule::Body(Cow::Borrowed("/event")),
        id: Rule::NOTHING,
    }),
    documentation_url: "https://developers.pandadoc.com/docs/webhook-verification",
    notes: &[
        "PandaDoc adds `signature` to the URL by itself.",
        "The field of the event's type is that of PandaDoc's samples.",
        "One request may carry many events: split it. There is no delivery id: the hash of the body tells requests apart.",
        "There is no time in the signature: a request can be replayed.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"[{"event":"document_state_changed","data":{"id":"msFYActMfJHqNTKH","status":"document.completed"}}]"#,
        event_type: Some("document_state_changed"),
    },
    ..Provider::COMMON
};
