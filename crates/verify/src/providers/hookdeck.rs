//! Hookdeck: HMAC-SHA256 of the body in base64.
//!
//! What must stay true: the signature is that of Hookdeck, whatever the first sender signed.

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "hookdeck",
    title: "Hookdeck",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("x-hookdeck-signature", ""),
    )),
    headers: &["x-hookdeck-signature"],
    secret: Some(SecretGuide {
        found_at: "Signing secret of the project or destination.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://hookdeck.com/docs",
    notes: &["Type and id depend on the first sender: set rules of your own."],
    sample: Sample { headers: &[], body: r#"{"hello":"world"}"#, event_type: None },
    ..Provider::COMMON
};
