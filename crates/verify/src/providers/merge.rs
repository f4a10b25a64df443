//! Merge: HMAC-SHA256 of the body in base64 of the URL alphabet.
//!
//! What must stay true: the padding must be there.

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "merge",
    title: "Merge",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64Url,
        SignatureAt::header("x-merge-webhook-signature", ""),
    )),
    headers: &["x-merge-webhook-signature"],
    secret: Some(SecretGuide {
        found_at: "Signature key under Webhooks, Security, in the configuration of the Merge dashboard.",
        example: "0123456789abcdefghijklmn",
        is_optional: false,
    }),
    documentation_url: "https://docs.merge.dev/basics/webhooks/merge-webhooks",
    notes: &[
        "There is no time in the signature: a request can be replayed.",
        "The fields of the event type and an id are not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"hook":{"id":"1"},"linked_account":{"id":"2"},"data":{}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
