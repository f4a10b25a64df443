//! Bitbucket Cloud: HMAC-SHA256 of the body in `X-Hub-Signature`.
//!
//! What must stay true: the header carries SHA-256 here, whatever others send under its name.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "bitbucket",
    title: "Bitbucket Cloud",
    scheme: Scheme::Hmac(Template::of_body(
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-hub-signature", "sha256="),
    )),
    headers: &["x-hook-uuid"],
    secret: Some(SecretGuide {
        found_at: "The text you enter as the secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Header(Cow::Borrowed("x-event-key"))),
    documentation_url: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
    notes: &[
        "Without a secret Bitbucket signs nothing, and its requests are refused.",
        "The id of a delivery and the deadline for answers are not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[("x-event-key", "repo:push"), ("x-hook-uuid", "4f2f3c2e-7f0e-4f4a-9d53-52d1b8f4c9a1")],
        body: r#"{"push":{"changes":[]},"repository":{"name":"widgets"}}"#,
        event_type: Some("repo:push"),
    },
    ..Provider::COMMON
};
