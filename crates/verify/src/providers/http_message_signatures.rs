//! HTTP message signatures (RFC 9421), for senders that follow the standard. Settings are the source's.

use crate::families::HttpSignatures;
use crate::provider::{Provider, Sample, SecretGuide};
use crate::scheme::Scheme;

pub(super) static PROVIDER: Provider = Provider {
    name: "http-message-signatures",
    title: "HTTP Message Signatures",
    scheme: Scheme::HttpSignatures(HttpSignatures::DEFAULT),
    headers: &[],
    secret: Some(SecretGuide {
        found_at: "The secret shared with the sender, or the sender's public key.",
        example: "a-secret-of-your-own-choice",
        is_optional: false,
    }),
    content_types: &[],
    documentation_url: "https://www.rfc-editor.org/rfc/rfc9421",
    notes: &[
        "Starts as hmac-sha256 over @method, @path and content-digest; algorithm and parts can be set.",
        "Components with parameters (;sf, ;bs, ;req) and the canonicalisation of odd spellings are not built.",
    ],
    sample: Sample { headers: &[], body: r#"{"hello":"world"}"#, event_type: None },
    success_status: 202,
    ..Provider::COMMON
};
