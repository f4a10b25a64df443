//! The key a receiver verifies with. The receiving side and the built-in receiver hold these.
//!
//! What must stay true: a `whpk_` key is Ed25519 and nothing else. Using its published bytes as an HMAC secret would
//! let anybody sign.

use std::fmt;

use super::hmac_key::HmacKey;
use super::text::{self, KeyText};
use super::{KeyError, KeyKind};

/// A key that can verify. Wiped when dropped; `Debug` shows only its kind.
#[derive(Clone)]
pub struct VerifyingKey(VerifyingMaterial);

#[derive(Clone)]
pub(crate) enum VerifyingMaterial {
    Hmac256(HmacKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl VerifyingKey {
    /// Reads `whsec_` + base64 or bare base64 (symmetric), or `whpk_` + base64 of 32 bytes (Ed25519).
    ///
    /// # Errors
    /// Says what is wrong with the text without repeating any of it. A private `whsk_` key is refused: it does not
    /// belong at a receiver.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        match KeyText::split(text)? {
            KeyText::Symmetric(encoded) => {
                Ok(Self::symmetric(HmacKey::new(text::decode_symmetric(encoded)?)))
            }
            KeyText::Public(encoded) => public_key(&text::decode(encoded)?).map(Self::ed25519),
            KeyText::Private(_) => Err(KeyError::PrivateKeyCannotVerify),
        }
    }

    /// The scheme this key verifies.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self.0 {
            VerifyingMaterial::Hmac256(_) => KeyKind::Hmac256,
            VerifyingMaterial::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    pub(crate) fn material(&self) -> &VerifyingMaterial {
        &self.0
    }

    pub(super) fn symmetric(key: HmacKey) -> Self {
        Self(VerifyingMaterial::Hmac256(key))
    }

    pub(super) fn ed25519(key: ed25519_dalek::VerifyingKey) -> Self {
        Self(VerifyingMaterial::Ed25519(key))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({}, [redacted])", self.kind().name())
    }
}

fn public_key(bytes: &[u8]) -> Result<ed25519_dalek::VerifyingKey, KeyError> {
    let bytes = bytes.try_into().map_err(|_| KeyError::PublicKeyLength { found_bytes: bytes.len() })?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::UnsafePublicKey)?;
    if key.is_weak() {
        return Err(KeyError::UnsafePublicKey);
    }
    Ok(key)
}
