//! Typeform: HMAC-SHA256 of the body, in base64 after `sha256=`.
//!
//! What must stay true: what follows the prefix is base64, though elsewhere it is hex.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "typeform",
    title: "Typeform",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Base64,
        SignatureAt::header("typeform-signature", "sha256="),
    )),
    headers: &["typeform-signature"],
    secret: Some(SecretGuide {
        found_at: "The text you enter as the secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/event_type"))),
    documentation_url: "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
    confirmation: Confirmation::ThirdParties,
    notes: &["Where the id of an event stands is not confirmed: the hash of the body tells events apart."],
    sample: Sample {
        headers: &[],
        body: r#"{"event_type":"form_response","form_response":{"form_id":"lT4Z3j"}}"#,
        event_type: Some("form_response"),
    },
    ..Provider::COMMON
};
