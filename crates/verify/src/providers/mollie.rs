//! Mollie: HMAC-SHA256 of the body in `X-Mollie-Signature`, next generation.
//!
//! What must stay true: every line of the header is tried, and a classic webhook, which has none, is refused.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "mollie",
    title: "Mollie",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::Header {
            name: Cow::Borrowed("x-mollie-signature"),
            prefix: Cow::Borrowed("sha256="),
            may_repeat: true,
        },
    )),
    headers: &["x-mollie-signature"],
    secret: Some(SecretGuide {
        found_at: "Signing secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://docs.mollie.com",
    notes: &[
        "A request without a signature is a classic webhook: use mollie-classic for those.",
        "Where the event type stands is not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample { headers: &[], body: r#"{"resource":"event","entityId":"tr_1"}"#, event_type: None },
    ..Provider::COMMON
};
