//! Intercom: HMAC-SHA1 of the body in `X-Hub-Signature`.
//!
//! What must stay true: the hash is SHA-1, since Intercom sends no other.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "intercom",
    title: "Intercom",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha1,
        Encoding::Hex,
        SignatureAt::header("x-hub-signature", "sha1="),
    )),
    secret: Some(SecretGuide {
        found_at: "Client secret of the app under Basic information.",
        example: "0123abcd-0123-4567-89ab-0123456789ab",
        is_optional: false,
    }),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/id")),
    documentation_url: "https://developers.intercom.com",
    notes: &["`id` is confirmed by third parties only; where the topic stands is not confirmed."],
    sample: Sample {
        headers: &[],
        body: r#"{"type":"notification_event","id":"notif_123"}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
