//! ElevenLabs: HMAC-SHA256 of time and body in `ElevenLabs-Signature`.
//!
//! What must stay true: half an hour of tolerance is kept, as the scheme has it.

use std::borrow::Cow;

use crate::provider::{Confirmation, Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "elevenlabs",
    title: "ElevenLabs",
    scheme: Scheme::Hmac(Template::of(
        &[Part::Timestamp, Part::Literal(Cow::Borrowed(".")), Part::Body],
        Hash::Sha256,
        Encoding::Hex,
        SignatureAt::fields("elevenlabs-signature", ',', &[Cow::Borrowed("v0")]),
        Some(Timestamp::field("t", TimeUnit::Seconds, 1800)),
    )),
    headers: &["elevenlabs-signature"],
    secret: Some(SecretGuide {
        found_at: "Secret shown when the webhook is made.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    documentation_url: "https://elevenlabs.io/docs",
    confirmation: Confirmation::ThirdParties,
    notes: &[
        "Third parties contradict each other about details of the scheme.",
        "Type and id are not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample { headers: &[], body: r#"{"data":{}}"#, event_type: None },
    ..Provider::COMMON
};
