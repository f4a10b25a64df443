//! Secrets at rest: signing keys, sensitive headers and tokens are sealed before a backend writes them.
//!
//! Every backend calls this for the columns that hold secrets. What must stay true: a sealed value opens only in the
//! table, row and column it was sealed for, so that somebody who can write the database cannot move one tenant's
//! secret into a place where he can read it or have it used; and a changed main secret is told apart from a changed
//! value, because the remedies differ.
//!
//! Format, version 1: version byte, key id (4 bytes), nonce (24), XChaCha20-Poly1305 ciphertext with its tag (16).
//! The key id shows which main secret sealed a value without trying any. Version and key id are authenticated with
//! the place.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// Fewest bytes in a main secret: 128 bits if they are random.
pub const MAIN_SECRET_BYTES_MIN: usize = 16;

/// Most previous main secrets kept for opening while values are sealed anew.
pub const PREVIOUS_KEYS_MAX: usize = 8;

const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES;

/// What sealing adds to a plaintext, in bytes.
pub const OVERHEAD_BYTES: usize = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;

/// Fixed for all time: they keep this key apart from any other that may be derived from the main secret.
const DERIVATION_SALT: &[u8] = b"hooktide main secret";
const DERIVATION_INFO: &[u8] = b"secrets at rest v1";

/// The place a secret is stored in. Its value opens there and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealContext<'a> {
    /// Name of the table.
    pub table: &'a str,
    /// The row's key, as bytes that never change while the row lives.
    pub row: &'a [u8],
    /// Name of the column; where a column holds several secrets, extended by which one it is.
    pub column: &'a str,
}

impl SealContext<'_> {
    /// Header and place as authenticated data. Every part is preceded by its length, so no two places are written alike.
    fn authenticated(&self, header: &[u8]) -> Vec<u8> {
        let mut data = header.to_vec();
        for part in [self.table.as_bytes(), self.row, self.column.as_bytes()] {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part);
        }
        data
    }
}

/// Which main secret sealed a value: the start of a digest of the derived key. Not secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; KEY_ID_BYTES]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Why a vault was not made, or a value did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// Fewer bytes than [`MAIN_SECRET_BYTES_MIN`].
    #[error("HOOKTIDE_MAIN_SECRET has {found_bytes} bytes; at least {MAIN_SECRET_BYTES_MIN} are needed")]
    MainSecretTooShort {
        /// Its length.
        found_bytes: usize,
    },
    /// More previous main secrets than [`PREVIOUS_KEYS_MAX`].
    #[error("there are more than {PREVIOUS_KEYS_MAX} previous main secrets")]
    TooManyPrevious,
    /// Sealed with a main secret that this vault does not hold.
    #[error(
        "the stored secret was sealed with key {sealed_with}, but the current key is {current}: \
         HOOKTIDE_MAIN_SECRET has changed; start with the main secret that was used before"
    )]
    WrongKey {
        /// The key that sealed the value.
        sealed_with: KeyId,
        /// The key this vault seals with.
        current: KeyId,
    },
    /// The key is right, but value or place is not the one that was sealed.
    #[error("the stored secret was changed, or moved to another row or column, after it was sealed")]
    Tampered,
    /// Too short to be a sealed value.
    #[error("the stored secret is malformed: it has {found_bytes} bytes, fewer than any sealed value")]
    Truncated {
        /// Its length.
        found_bytes: usize,
    },
    /// A format this version does not know, as a newer one may have written.
    #[error("the stored secret has format version {found}; only version {VERSION} is known")]
    UnknownVersion {
        /// The version byte.
        found: u8,
    },
}

/// Seals with the key of the current main secret; opens with that or a previous one. Keys are wiped when dropped.
pub struct Vault {
    current: VaultKey,
    previous: Vec<VaultKey>,
}

impl Vault {
    /// A vault whose key is derived from the main secret (HKDF-SHA256, RFC 5869).
    ///
    /// # Errors
    /// If the secret has fewer than [`MAIN_SECRET_BYTES_MIN`] bytes.
    pub fn new(main_secret: &[u8]) -> Result<Self, VaultError> {
        Ok(Self { current: VaultKey::derive(main_secret)?, previous: Vec::new() })
    }

    /// The same vault, which also opens what was sealed with an earlier main secret.
    ///
    /// # Errors
    /// If that secret is too short, or [`PREVIOUS_KEYS_MAX`] are held already.
    pub fn with_previous(mut self, main_secret: &[u8]) -> Result<Self, VaultError> {
        if self.previous.len() == PREVIOUS_KEYS_MAX {
            return Err(VaultError::TooManyPrevious);
        }
        self.previous.push(VaultKey::derive(main_secret)?);
        Ok(self)
    }

    /// The key that new values are sealed with.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.current.id
    }

    /// Seals `plaintext` for one place; the result is [`OVERHEAD_BYTES`] longer. `fill_random` must fill the nonce
    /// from a cryptographic source: 24 bytes are enough to draw them at random for every value ever sealed.
    ///
    /// # Panics
    /// If `fill_random` leaves the nonce all zero: a repeated nonce would give the plaintexts away.
    #[must_use]
    pub fn seal(
        &self,
        context: SealContext<'_>,
        plaintext: &[u8],
        fill_random: impl FnOnce(&mut [u8]),
    ) -> Vec<u8> {
        let mut nonce = [0_u8; NONCE_BYTES];
        fill_random(&mut nonce);
        assert!(nonce.iter().any(|byte| *byte != 0), "the random source wrote nothing");

        let mut sealed = Vec::with_capacity(plaintext.len() + OVERHEAD_BYTES);
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.current.id.0);
        let authenticated = context.authenticated(&sealed);
        let ciphertext = self
            .current
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: &authenticated })
            .expect("only plaintexts above 256 GiB are refused");
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    /// Opens a value in the place it was sealed for.
    ///
    /// # Errors
    /// Tells a value that is no sealed one, a main secret that has changed, and a value or place that was changed
    /// apart.
    pub fn open(&self, context: SealContext<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let parts = SealedParts::split(sealed)?;
        let authenticated = context.authenticated(parts.header);
        let mut key_held = false;
        // Key ids are short, so two keys may share one: each of them gets its try.
        for key in self.keys().filter(|key| key.id == parts.key_id) {
            key_held = true;
            let payload = Payload { msg: parts.ciphertext, aad: &authenticated };
            if let Ok(plaintext) = key.cipher.decrypt(&parts.nonce, payload) {
                return Ok(Zeroizing::new(plaintext));
            }
        }
        if key_held {
            return Err(VaultError::Tampered);
        }
        Err(VaultError::WrongKey { sealed_with: parts.key_id, current: self.current.id })
    }

    /// Whether a value carries the id of the current key. What does not is to be opened and sealed anew before the
    /// previous main secret is given up.
    ///
    /// # Errors
    /// If it is no sealed value.
    pub fn is_sealed_with_current(&self, sealed: &[u8]) -> Result<bool, VaultError> {
        SealedParts::split(sealed).map(|parts| parts.key_id == self.current.id)
    }

    fn keys(&self) -> impl Iterator<Item = &VaultKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let previous: Vec<KeyId> = self.previous.iter().map(|key| key.id).collect();
        write!(f, "Vault(current {}, previous {previous:?}, [redacted])", self.current.id)
    }
}

/// A derived key, ready for use.
struct VaultKey {
    id: KeyId,
    cipher: XChaCha20Poly1305,
}

impl VaultKey {
    fn derive(main_secret: &[u8]) -> Result<Self, VaultError> {
        if main_secret.len() < MAIN_SECRET_BYTES_MIN {
            return Err(VaultError::MainSecretTooShort { found_bytes: main_secret.len() });
        }
        let key = hkdf_sha256(DERIVATION_SALT, main_secret, DERIVATION_INFO);
        let digest = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(&key[..])));
        let mut id = [0_u8; KEY_ID_BYTES];
        id.copy_from_slice(&digest[..KEY_ID_BYTES]);
        let cipher =
            XChaCha20Poly1305::new_from_slice(&key[..]).expect("the derived key has the cipher's length");
        Ok(Self { id: KeyId(id), cipher })
    }
}

/// The first block of HKDF-SHA256 (RFC 5869): extract, then one round of expand.
fn hkdf_sha256(salt: &[u8], input: &[u8], info: &[u8]) -> Zeroizing<[u8; KEY_BYTES]> {
    let extracted = hmac_sha256(salt, &[input]);
    hmac_sha256(&extracted[..], &[info, &[1]])
}

fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; KEY_BYTES]> {
    let mut state = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        state.update(part);
    }
    Zeroizing::new(state.finalize().into_bytes().into())
}

/// A sealed value taken apart.
struct SealedParts<'a> {
    header: &'a [u8],
    key_id: KeyId,
    nonce: XNonce,
    ciphertext: &'a [u8],
}

impl<'a> SealedParts<'a> {
    fn split(sealed: &'a [u8]) -> Result<Self, VaultError> {
        let truncated = VaultError::Truncated { found_bytes: sealed.len() };
        let version = *sealed.first().ok_or(truncated)?;
        if version != VERSION {
            return Err(VaultError::UnknownVersion { found: version });
        }
        if sealed.len() < OVERHEAD_BYTES {
            return Err(truncated);
        }
        let (header, rest) = sealed.split_at(HEADER_BYTES);
        let (nonce, ciphertext) = rest.split_at(NONCE_BYTES);
        let key_id = header[1..].try_into().expect("the header ends with a key id");
        let nonce = <[u8; NONCE_BYTES]>::try_from(nonce).expect("split at the length of a nonce");
        Ok(Self { header, key_id: KeyId(key_id), nonce: nonce.into(), ciphertext })
    }
}
