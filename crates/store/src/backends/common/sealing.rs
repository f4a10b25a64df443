//! Sealed columns: how a value is bound to its place, and where its nonce comes from.

use zeroize::Zeroizing;

use crate::StoreError;
use crate::vault::{SealContext, Vault};

/// Seal a value for its place.
pub(in super::super) fn seal(vault: &Vault, place: SealContext<'_>, plaintext: &[u8]) -> Vec<u8> {
    vault.seal(place, plaintext, fill_random)
}

/// Open a value in its place.
pub(in super::super) fn open(
    vault: &Vault,
    place: SealContext<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    vault.open(place, sealed).map_err(|error| {
        let SealContext { table, column, .. } = place;
        StoreError::Database(format!("failed to open {table}.{column}: {error}"))
    })
}

/// Random bytes for nonces and for the key of ids.
#[expect(clippy::disallowed_methods, reason = "nonces and keys at rest come from the operating system alone")]
pub(in super::super) fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has randomness once it has started");
}
