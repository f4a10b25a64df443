//! The text forms of keys: prefixes and base64, as Standard Webhooks 1.0.0 defines them.
//!
//! Only the key types call this. What must stay true: reading and writing agree (what is written reads back as the
//! same key), and buffers that held a secret are wiped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::KeyError;

/// Fewest bytes in a symmetric secret (Standard Webhooks 1.0.0: 24).
pub const SYMMETRIC_BYTES_MIN: usize = 24;

/// Most bytes in a symmetric secret. Standard Webhooks 1.0.0 says 64; Svix accepts 75, and its users bring theirs.
pub const SYMMETRIC_BYTES_MAX: usize = 75;

pub(super) const SECRET_PREFIX: &str = "whsec_";
pub(super) const PRIVATE_PREFIX: &str = "whsk_";
pub(super) const PUBLIC_PREFIX: &str = "whpk_";
const UNSUPPORTED_PREFIXES: [&str; 2] = ["whsk1_", "whpk1_"];

/// A key's text, split into what its prefix says and the base64 after it.
pub(super) enum KeyText<'a> {
    Symmetric(&'a str),
    Private(&'a str),
    Public(&'a str),
}

impl<'a> KeyText<'a> {
    /// Reads the prefix. A text without one is a symmetric secret, as in all reference libraries.
    pub(super) fn split(text: &'a str) -> Result<Self, KeyError> {
        if let Some(rest) = text.strip_prefix(SECRET_PREFIX) {
            return Ok(Self::Symmetric(rest));
        }
        if let Some(rest) = text.strip_prefix(PRIVATE_PREFIX) {
            return Ok(Self::Private(rest));
        }
        if let Some(rest) = text.strip_prefix(PUBLIC_PREFIX) {
            return Ok(Self::Public(rest));
        }
        if let Some(prefix) = UNSUPPORTED_PREFIXES.into_iter().find(|prefix| text.starts_with(prefix)) {
            return Err(KeyError::UnsupportedPrefix { prefix });
        }
        if text.contains('_') {
            return Err(KeyError::UnknownPrefix);
        }
        Ok(Self::Symmetric(text))
    }
}

/// The bytes of a key. Strict: canonical padding, no stray bits, so that a key has exactly one text.
pub(super) fn decode(encoded: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if encoded.is_empty() {
        return Err(KeyError::Empty);
    }
    // The decoder's own error repeats a byte of the secret, so it is dropped.
    STANDARD.decode(encoded).map(Zeroizing::new).map_err(|_| KeyError::NotBase64)
}

/// The bytes of a symmetric secret, if their number is allowed.
pub(super) fn decode_symmetric(encoded: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let bytes = decode(encoded)?;
    if !(SYMMETRIC_BYTES_MIN..=SYMMETRIC_BYTES_MAX).contains(&bytes.len()) {
        return Err(KeyError::SymmetricLength { found_bytes: bytes.len() });
    }
    Ok(bytes)
}

/// Prefix and base64 in a buffer that never grows, so no copy of the secret is left behind.
pub(super) fn encode(prefix: &str, bytes: &[u8]) -> Zeroizing<String> {
    let capacity = prefix.len() + bytes.len().div_ceil(3) * 4;
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    text.push_str(prefix);
    STANDARD.encode_string(bytes, &mut text);
    text
}
