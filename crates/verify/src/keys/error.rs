//! Why a secret's text was refused. The API shows these words to the person who pasted the secret.
//!
//! What must stay true: no variant carries any part of the secret.

use super::text::{SYMMETRIC_BYTES_MAX, SYMMETRIC_BYTES_MIN};

/// Why a text is not a usable key. No part of the text is repeated in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is empty, or nothing follows its prefix.
    #[error("the secret is empty")]
    Empty,
    /// A `whpk_` key was given where a signing key is needed.
    #[error("a whpk_ key is public and cannot sign; give the private whsk_ key, or a whsec_ secret")]
    PublicKeyCannotSign,
    /// A `whsk_` key was given where a verifying key is needed.
    #[error("a whsk_ key is private and must stay with the sender; verify with its public whpk_ key")]
    PrivateKeyCannotVerify,
    /// A versioned prefix (`whsk1_`, `whpk1_`) that names a scheme not built here.
    #[error("keys that begin with {prefix} are not supported; give a whsec_, whsk_ or whpk_ key")]
    UnsupportedPrefix {
        /// The prefix, underscore included.
        prefix: &'static str,
    },
    /// Some other prefix before an underscore, which base64 does not contain.
    #[error("the secret has an unknown prefix; known ones are whsec_, whsk_ and whpk_")]
    UnknownPrefix,
    /// What follows the prefix is not base64 of the standard alphabet with its padding.
    #[error("the secret is not valid base64 (standard alphabet, with padding, without spaces)")]
    NotBase64,
    /// A symmetric secret outside [`SYMMETRIC_BYTES_MIN`]`..=`[`SYMMETRIC_BYTES_MAX`].
    #[error(
        "the secret decodes to {found_bytes} bytes; {SYMMETRIC_BYTES_MIN} to {SYMMETRIC_BYTES_MAX} are needed"
    )]
    SymmetricLength {
        /// Bytes after decoding.
        found_bytes: usize,
    },
    /// A private key that is neither a seed nor a seed with its public half.
    #[error(
        "the private key decodes to {found_bytes} bytes; 32 (seed) or 64 (seed and public key) are needed"
    )]
    PrivateKeyLength {
        /// Bytes after decoding.
        found_bytes: usize,
    },
    /// A public key of the wrong length.
    #[error("the public key decodes to {found_bytes} bytes; 32 are needed")]
    PublicKeyLength {
        /// Bytes after decoding.
        found_bytes: usize,
    },
    /// The public half of a 64 byte private key does not belong to its seed.
    #[error("the public half of the private key does not belong to its seed")]
    HalvesDisagree,
    /// The bytes are no point of the curve, or one for which anybody can make signatures.
    #[error("the public key is not a safe point of the ed25519 curve")]
    UnsafePublicKey,
}
