//! ClickUp: HMAC-SHA256 of the body in `X-Signature`.
//!
//! What must stay true: others use the same header with another hash; here it is SHA-256.

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "clickup",
    title: "ClickUp",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-signature", ""),
    )),
    secret: Some(SecretGuide {
        found_at: "Secret in the answer that made the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://developer.clickup.com",
    confirmation: Confirmation::ThirdParties,
    notes: &["Type and id are not confirmed: the hash of the body tells events apart."],
    sample: Sample { headers: &[], body: r#"{"task_id":"1vj37mc"}"#, event_type: None },
    ..Provider::COMMON
};
