//! A scheme that the user sets: the template, starting as HMAC-SHA256 of the body.
//!
//! What must stay true: the starting template has no mistakes, so that a source works before it is changed.

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "custom",
    title: "Custom",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-signature", ""),
    )),
    secret: Some(SecretGuide {
        found_at: "The secret shared with the sender.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    content_types: &[],
    documentation_url: "https://www.rfc-editor.org/rfc/rfc2104",
    notes: &["Every part of the scheme can be set; event type and ids are rules of the source."],
    sample: Sample { headers: &[], body: r#"{"hello":"world"}"#, event_type: None },
    success_status: 202,
    ..Provider::COMMON
};
