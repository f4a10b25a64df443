//! The key a sender signs with. The API creates and parses it, the store seals its text, the pipeline signs with it.
//!
//! What must stay true: a public key never becomes one, and a 64 byte private key is taken only if its halves agree
//! (signing with a foreign public half would give the private key away).

use std::fmt;

use zeroize::Zeroizing;

use super::hmac_key::HmacKey;
use super::text::{self, KeyText, PRIVATE_PREFIX, PUBLIC_PREFIX, SECRET_PREFIX};
use super::verifying::VerifyingKey;
use super::{KeyError, KeyKind};

/// Bytes of a generated symmetric secret: the output size of its hash (RFC 2104 recommends no less).
pub const SYMMETRIC_BYTES_GENERATED: usize = 32;

const SEED_BYTES: usize = 32;
const KEYPAIR_BYTES: usize = 64;

/// A key that can sign, with its HMAC state or key pair ready. Wiped when dropped; `Debug` shows only its kind.
#[derive(Clone)]
pub struct SigningKey(SigningMaterial);

#[derive(Clone)]
pub(crate) enum SigningMaterial {
    Hmac256(HmacKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl SigningKey {
    /// Reads `whsec_` + base64 or bare base64 (symmetric), or `whsk_` + base64 (Ed25519: a 32 byte seed, or 64 bytes
    /// of seed and public key). Formats: Standard Webhooks 1.0.0.
    ///
    /// # Errors
    /// Says what is wrong with the text without repeating any of it.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        match KeyText::split(text)? {
            KeyText::Symmetric(encoded) => Ok(Self::symmetric(text::decode_symmetric(encoded)?)),
            KeyText::Private(encoded) => private_key(&text::decode(encoded)?).map(Self::ed25519),
            KeyText::Public(_) => Err(KeyError::PublicKeyCannotSign),
        }
    }

    /// Makes a new key from the caller's randomness: [`SYMMETRIC_BYTES_GENERATED`] bytes, or an Ed25519 seed.
    ///
    /// # Panics
    /// If `fill` leaves the buffer all zero: a source that gives nothing must never become a secret.
    #[must_use]
    pub fn generate(kind: KeyKind, fill: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = Zeroizing::new([0_u8; SYMMETRIC_BYTES_GENERATED]);
        fill(&mut bytes[..]);
        assert!(bytes.iter().any(|byte| *byte != 0), "the random source wrote nothing");
        match kind {
            KeyKind::Hmac256 => Self::symmetric(Zeroizing::new(bytes.to_vec())),
            KeyKind::Ed25519 => Self::ed25519(ed25519_dalek::SigningKey::from_bytes(&bytes)),
        }
    }

    /// The scheme this key signs with.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self.0 {
            SigningMaterial::Hmac256(_) => KeyKind::Hmac256,
            SigningMaterial::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The text that parses back to this key: `whsec_…`, or `whsk_…` with seed and public key. To be sealed, not shown.
    #[must_use]
    pub fn to_secret(&self) -> Zeroizing<String> {
        match &self.0 {
            SigningMaterial::Hmac256(key) => text::encode(SECRET_PREFIX, key.secret()),
            SigningMaterial::Ed25519(key) => {
                text::encode(PRIVATE_PREFIX, &*Zeroizing::new(key.to_keypair_bytes()))
            }
        }
    }

    /// What a receiver is given to verify with: `whpk_…` for Ed25519. For HMAC that is the shared secret itself
    /// (`whsec_…`), which is why the text is wiped too.
    #[must_use]
    pub fn to_public(&self) -> Zeroizing<String> {
        match &self.0 {
            SigningMaterial::Hmac256(key) => text::encode(SECRET_PREFIX, key.secret()),
            SigningMaterial::Ed25519(key) => text::encode(PUBLIC_PREFIX, key.verifying_key().as_bytes()),
        }
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        match &self.0 {
            SigningMaterial::Hmac256(key) => VerifyingKey::symmetric(key.clone()),
            SigningMaterial::Ed25519(key) => VerifyingKey::ed25519(key.verifying_key()),
        }
    }

    pub(crate) fn material(&self) -> &SigningMaterial {
        &self.0
    }

    fn symmetric(secret: Zeroizing<Vec<u8>>) -> Self {
        Self(SigningMaterial::Hmac256(HmacKey::new(secret)))
    }

    fn ed25519(key: ed25519_dalek::SigningKey) -> Self {
        Self(SigningMaterial::Ed25519(key))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, [redacted])", self.kind().name())
    }
}

fn private_key(bytes: &[u8]) -> Result<ed25519_dalek::SigningKey, KeyError> {
    if bytes.len() != SEED_BYTES && bytes.len() != KEYPAIR_BYTES {
        return Err(KeyError::PrivateKeyLength { found_bytes: bytes.len() });
    }
    let (seed, public) = bytes.split_at(SEED_BYTES);
    let seed = Zeroizing::new(<[u8; SEED_BYTES]>::try_from(seed).expect("split at the length of a seed"));
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    if !public.is_empty() && public != key.verifying_key().as_bytes() {
        return Err(KeyError::HalvesDisagree);
    }
    Ok(key)
}
