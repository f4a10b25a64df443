//! Sign and verify webhooks: Standard Webhooks v1 and v1a, without I/O, async, a clock or randomness of its own.
//!
//! The delivery pipeline signs with it, the API parses and creates secrets with it, the built-in receiver and the
//! tests verify with it. Every comparison of secrets in the workspace goes through this crate.
//!
//! What must stay true: a key knows what it may be used for (a public key can never act as an HMAC secret), secrets
//! are wiped when dropped and never printed, and no input, however odd, makes a function here panic.
//!
//! ```
//! use hooktide_verify::{DEFAULT_TOLERANCE_S, SignatureHeaders, SigningKey, VerifyingKey, sign, verify};
//!
//! let signing = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
//! let signature = sign(&[signing], "msg_1", 1_614_265_330, b"{}")?;
//!
//! let verifying = VerifyingKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
//! let headers = SignatureHeaders {
//!     id: Some(b"msg_1"),
//!     timestamp: Some(b"1614265330"),
//!     signature: Some(signature.as_bytes()),
//! };
//! let verdict = verify(&[verifying], &headers, b"{}", 1_614_265_340, DEFAULT_TOLERANCE_S)?;
//! assert_eq!(verdict.skew_s, 10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compare;
mod keys;
mod providers;

pub use compare::secrets_equal;
pub use keys::{
    KeyError, KeyKind, SYMMETRIC_BYTES_GENERATED, SYMMETRIC_BYTES_MAX, SYMMETRIC_BYTES_MIN, SigningKey,
    VerifyingKey,
};
pub use providers::standard_webhooks::{
    DEFAULT_TOLERANCE_S, Header, MESSAGE_ID_BYTES_MAX, MessageIdError, Refusal, SIGNATURES_MAX, SignError,
    SignatureHeaders, TimestampError, Verdict, check_message_id, sign, sign_header, verify,
};
pub use providers::{PROVIDERS, Provider};
