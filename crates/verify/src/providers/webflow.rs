//! Webflow: HMAC-SHA256 of time and body in `X-Webflow-Signature`.
//!
//! What must stay true: milliseconds are signed as text.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "webflow",
    title: "Webflow",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Literal(Cow::Borrowed(":")), Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::header("x-webflow-signature", ""),
        Some(Timestamp::header("x-webflow-timestamp", TimeUnit::Milliseconds, 300)),
    )),
    headers: &["x-webflow-signature"],
    secret: Some(SecretGuide {
        found_at: "Secret of the webhook.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://developers.webflow.com",
    confirmation: Confirmation::ThirdParties,
    notes: &["Type and id are not confirmed: the hash of the body tells events apart."],
    sample: Sample { headers: &[], body: r#"{"payload":{}}"#, event_type: None },
    ..Provider::COMMON
};
