//! EasyPost: HMAC-SHA256 of the body, keyed with the decomposed secret.
//!
//! What must stay true: the secret is decomposed (NFKD) before it is a key, as the provider's libraries do.

use std::borrow::Cow;

use crate::provider::{Provider, Sample, SecretGuide};
use crate::rules::Rule;
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, KeyForm, SignatureAt, Template};

pub(super) static PROVIDER: Provider = Provider {
    name: "easypost",
    title: "EasyPost",
    scheme: Scheme::Hmac(
        Template::of_body(
            Hash::Sha256,
            Encoding::Hex,
            SignatureAt::header("x-hmac-signature", "hmac-sha256-hex="),
        )
        .keyed(KeyForm::TextNfkd),
    ),
    secret: Some(SecretGuide {
        found_at: "The text you give as webhook_secret when the webhook is made.",
        example: "s\u{e9}cret-of-your-own-choice",
        is_optional: false,
    }),
    event_type: Some(Rule::Body(Cow::Borrowed("/description"))),
    delivery_id: Some(Rule::Body(Cow::Borrowed("/id"))),
    dedupe: Rule::Body(Cow::Borrowed("/id")),
    documentation_url: "https://docs.easypost.com/guides/webhooks-guide",
    notes: &[
        "A webhook without a secret is sent without a signature, which is refused here.",
        "There is no time in the signature: a request can be replayed.",
        "A second signature (`x-hmac-signature-v2`) is seen by third parties; its scheme is not confirmed and it is not looked at.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"id":"evt_1","object":"Event","description":"tracker.updated","mode":"test","result":{"id":"trk_1"}}"#,
        event_type: Some("tracker.updated"),
    },
    ..Provider::COMMON
};
