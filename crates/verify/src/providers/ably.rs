//! Ably: HMAC-SHA256 of the body in base64, keyed with the part of the API key after its colon.
//!
//! What must stay true: the header that names the key does not choose it.

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, KeyForm, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "ably",
    title: "Ably",
    scheme: Scheme::Hmac(
        Template::of_body(Hash::Sha256, Encoding::Base64, SignatureAt::header("x-ably-signature", ""))
            .keyed(KeyForm::AfterColon),
    ),
    headers: &["x-ably-signature"],
    secret: Some(SecretGuide {
        found_at: "The whole API key, as appId.keyId:secret.",
        example: "appid_0.keyid0:secret_0123456789",
        is_optional: false,
    }),
    documentation_url: "https://ably.com/docs",
    notes: &[
        "Only batched requests are signed; others are refused.",
        "The fields of items are not confirmed: the hash of the body tells requests apart.",
    ],
    sample: Sample { headers: &[], body: r#"{"items":[]}"#, event_type: None },
    ..Provider::COMMON
};
