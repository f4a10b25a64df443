//! An HMAC-SHA256 key that is hashed into its starting state once, so that a signature costs no re-keying.
//!
//! Used by signing and verifying keys. What must stay true: secret and state are wiped when dropped.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A symmetric secret with its precomputed HMAC state.
#[derive(Clone)]
pub(crate) struct HmacKey {
    secret: Zeroizing<Vec<u8>>,
    keyed: Hmac<Sha256>,
}

impl HmacKey {
    pub(super) fn new(secret: Zeroizing<Vec<u8>>) -> Self {
        let keyed = Hmac::new_from_slice(&secret).expect("HMAC takes keys of any length");
        Self { secret, keyed }
    }

    pub(super) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The MAC over the parts as if they were one text.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut state = self.keyed.clone();
        for part in parts {
            state.update(part);
        }
        state.finalize().into_bytes().into()
    }
}
