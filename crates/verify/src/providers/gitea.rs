//! Gitea: HMAC-SHA256 of the body in `X-Gitea-Signature`, bare hex.
//!
//! What must stay true: there is no prefix before the hex.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "gitea",
    title: "Gitea",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-gitea-signature", ""),
    )),
    headers: &["x-gitea-signature"],
    secret: Some(SecretGuide {
        found_at: "The text you enter as the secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Header(Cow::Borrowed("x-gitea-event"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-gitea-delivery"))),
    dedupe: Rule::Header(Cow::Borrowed("x-gitea-delivery")),
    documentation_url: "https://docs.gitea.com/usage/webhooks",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "Gitea also sends headers named after GitHub; they are not read.",
        "The delivery id is not covered by the signature. The deadline for answers is not confirmed.",
    ],
    sample: Sample {
        headers: &[("x-gitea-event", "push"), ("x-gitea-delivery", "f6266f16-1bf3-46a5-9ea4-602e06ead473")],
        body: r#"{"ref":"refs/heads/main","commits":[]}"#,
        event_type: Some("push"),
    },
    ..Provider::COMMON
};
