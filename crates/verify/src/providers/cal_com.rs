//! Cal.com: HMAC-SHA256 of the body in `X-Cal-Signature-256`.
//!
//! What must stay true: there is no prefix before the hex.

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "cal-com",
    title: "Cal.com",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-cal-signature-256", ""),
    )),
    headers: &["x-cal-signature-256"],
    secret: Some(SecretGuide {
        found_at: "The text you enter as the secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://cal.com/docs",
    confirmation: Confirmation::ThirdParties,
    notes: &["Type and id are not confirmed: the hash of the body tells events apart."],
    sample: Sample { headers: &[], body: r#"{"payload":{"title":"Meeting"}}"#, event_type: None },
    ..Provider::COMMON
};
