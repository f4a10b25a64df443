//! Orum: RSA-SHA256 over the body and, once more, the time inside it.
//!
//! What must stay true: the time is appended as it is written in the body.

use std::borrow::Cow;

use crate::families::Detached;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::public_key::PublicKeyAlgorithm;
use crate::scheme::Scheme;
use crate::template::{Encoding, Part};

static SCHEME: Detached = Detached {
    name: "orum-io",
    headers: &["signature"],
    algorithm: PublicKeyAlgorithm::RsaSha256,
    encoding: Encoding::Base64,
    timestamp: None,
    parts: &[Part::Body, Part::BodyField(Cow::Borrowed("/created_at"))],
};

pub(super) static PROVIDER: Provider = Provider {
    name: "orum-io",
    title: "Orum",
    scheme: Scheme::Family(&SCHEME),
    secret: Some(SecretGuide {
        found_at: "Public key (RSA) that a GET of webhooks/secret answers, or that Monitor shows.",
        example: "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAs0t3bP5QVFgboE7/RqwZHJEfmfKIcpTdCrEd6Yirjeo8BCOKXDK9JLHpXMPP5Nyer8DlsG3zMt0O1IM+Iix6eh3iff3wQL3WXFIoEjKMYpEcetv5N/fadZLaeKb9fnunjoLx05if4nDmfAcOtBLmWWrSZWvyJVIl4Ct8ArXw89DAlAvAylki7o+2TGYcgr3FCjf8HFD0CZesixeKP5IqFrFaT9OwXcHdJ6zGKIOKdsdiuwTakm854vjvO8kuGtDscNJlldTZ8hsIS36R8kvKoCoF/q1PQg7wLYzDAfc4U5Hwg7j+XN5p/EYJO1CUpHRYVrOLuWORoHvo6oEQ90WkiwIDAQAB",
        is_optional: false,
    }),
    documentation_url: "https://docs.orum.io/api-reference/webhooks/secure-webhooks",
    notes: &[
        "Orum names no tolerance of the time, nor is one here.",
        "The form in which the key is shown is not confirmed: PEM of either kind and base64 of DER are taken.",
        "The fields of the event type and an id are not confirmed: the hash of the body tells events apart.",
    ],
    sample: Sample {
        headers: &[],
        body: r#"{"created_at":"2026-09-21T12:26:40.000Z","data":{"id":"1"}}"#,
        event_type: None,
    },
    ..Provider::COMMON
};
