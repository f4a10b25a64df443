//! Cloudinary (SHA-1): a plain hash of body, time and secret.
//!
//! What must stay true: the account fixes the hash, so each has a provider of its own.

use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;
use crate::template::{Encoding, Hash, Part, SignatureAt, Template, TimeUnit, Timestamp};

pub(super) static PROVIDER: Provider = Provider {
    name: "cloudinary-sha1",
    title: "Cloudinary (SHA-1)",
    scheme: Scheme::PlainHash(Template::of(
        &[Part::Body, Part::Timestamp, Part::Secret],
        Hash::Sha1,
        Encoding::Hex,
        SignatureAt::header("x-cld-signature", ""),
        Some(Timestamp::header("x-cld-timestamp", TimeUnit::Seconds, 7200)),
    )),
    secret: Some(SecretGuide {
        found_at: "API secret of the product environment.",
        example: "0123456789abcdefghijklmnopq",
        is_optional: false,
    }),
    documentation_url: "https://cloudinary.com/documentation/notifications",
    notes: &[
        "Whether an account signs with SHA-1 or SHA-256 is a setting of the account: the other has a provider of its own.",
        "Fields of the body are not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample { headers: &[], body: r#"{"public_id":"sample","version":1555337587}"#, event_type: None },
    ..Provider::COMMON
};
