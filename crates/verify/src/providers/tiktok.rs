//! TikTok: HMAC-SHA256 of time and body in `TikTok-Signature`.
//!
//! What must stay true: the time is signed, and any is accepted: no tolerance is known.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp, TimestampAt};

pub(super) static PROVIDER: Provider = Provider {
    name: "tiktok",
    title: "TikTok",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Literal(Cow::Borrowed(".")), Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::fields("tiktok-signature", ',', &[Cow::Borrowed("s")]),
        Some(Timestamp::of_any_age(TimestampAt::Field(Cow::Borrowed("t")), TimeUnit::Seconds)),
    )),
    headers: &["tiktok-signature"],
    secret: Some(SecretGuide {
        found_at: "Client secret of the app.",
        example: "0123456789abcdef0123456789abcdef",
        is_optional: false,
    }),
    documentation_url: "https://developers.tiktok.com",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "No tolerance is known, so requests of any age are accepted.",
        "Type and id are not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample { headers: &[], body: r#"{"content":"{}"}"#, event_type: None },
    ..Provider::COMMON
};
