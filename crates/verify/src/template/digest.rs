//! The hashes, keyed (HMAC) and plain.
//!
//! What must stay true: the caller chooses the hash; no name in a request does.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Hash {
    /// SHA-1: only for providers that have nothing better.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// Every hash.
    pub const ALL: [Self; 5] = [Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// As headers write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Bytes of its output.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// The HMAC over the parts as if they were one text.
pub(crate) fn mac(hash: Hash, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => finish(Hmac::<Sha1>::new_from_slice(key).ok(), parts),
        Hash::Sha224 => finish(Hmac::<Sha224>::new_from_slice(key).ok(), parts),
        Hash::Sha256 => finish(Hmac::<Sha256>::new_from_slice(key).ok(), parts),
        Hash::Sha384 => finish(Hmac::<Sha384>::new_from_slice(key).ok(), parts),
        Hash::Sha512 => finish(Hmac::<Sha512>::new_from_slice(key).ok(), parts),
    }
}

fn finish<M: Mac>(keyed: Option<M>, parts: &[&[u8]]) -> Vec<u8> {
    let mut state = keyed.expect("HMAC takes keys of any length");
    for part in parts {
        state.update(part);
    }
    state.finalize().into_bytes().to_vec()
}

/// The plain hash over the parts as if they were one text.
pub(crate) fn plain(hash: Hash, parts: &[&[u8]]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => digest::<Sha1>(parts),
        Hash::Sha224 => digest::<Sha224>(parts),
        Hash::Sha256 => digest::<Sha256>(parts),
        Hash::Sha384 => digest::<Sha384>(parts),
        Hash::Sha512 => digest::<Sha512>(parts),
    }
}

fn digest<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut state = D::new();
    for part in parts {
        state.update(part);
    }
    state.finalize().to_vec()
}
