//! Standard Webhooks 1.0.0: v1 (HMAC-SHA256) and v1a (Ed25519), signing and verifying.
//!
//! Hooktide signs every delivery this way, and Svix sends the same values under its own header names. What must stay
//! true: the signed text is `id.timestamp.body` with the body's exact bytes.

mod content;
mod headers;

mod refusal;
mod sign;
mod verify;

pub use content::{MESSAGE_ID_BYTES_MAX, MessageIdError, TimestampError, check_message_id};
pub use headers::{Header, SignatureHeaders};
pub use refusal::Refusal;
pub use sign::{SignError, sign, sign_header};
pub use verify::{DEFAULT_TOLERANCE_S, SIGNATURES_MAX, Verdict, verify};

pub use crate::keys::{
    KeyError, KeyKind, SYMMETRIC_BYTES_GENERATED, SYMMETRIC_BYTES_MAX, SYMMETRIC_BYTES_MIN, SigningKey,
    VerifyingKey,
};
