//! Forgejo: HMAC-SHA256 of the body in `X-Forgejo-Signature`, bare hex.
//!
//! What must stay true: a wrong signature of its own is not rescued by a right one under Gitea's name.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "forgejo",
    title: "Forgejo",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-forgejo-signature", ""),
    )),
    headers: &["x-forgejo-signature"],
    secret: Some(SecretGuide {
        found_at: "The text you enter as the secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Header(Cow::Borrowed("x-forgejo-event"))),
    delivery_id: Some(Rule::Header(Cow::Borrowed("x-forgejo-delivery"))),
    dedupe: Rule::Header(Cow::Borrowed("x-forgejo-delivery")),
    documentation_url: "https://forgejo.org/docs/latest/user/webhooks/",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "Forgejo repeats the signature under the name that Gitea uses; only its own is read.",
        "The delivery id is not covered by the signature. The deadline for answers is not confirmed.",
    ],
    sample: Sample {
        headers: &[
            ("x-forgejo-event", "push"),
            ("x-forgejo-delivery", "f6266f16-1bf3-46a5-9ea4-602e06ead473"),
        ],
        body: r#"{"ref":"refs/heads/main","commits":[]}"#,
        event_type: Some("push"),
    },
    ..Provider::COMMON
};
