//! Sealed columns: which place each value is bound to, and where its nonce comes from.

use rusqlite::Row;
use zeroize::Zeroizing;

use super::fault::Fault;
use super::rows::Context;
use crate::StoreError;
use crate::vault::{SealContext, Vault};

/// Seal a value for its place.
pub(super) fn seal(vault: &Vault, place: SealContext<'_>, plaintext: &[u8]) -> Vec<u8> {
    vault.seal(place, plaintext, fill_random)
}

/// Open a value in its place.
pub(super) fn open(
    vault: &Vault,
    place: SealContext<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let refused = |error| {
        let SealContext { table, column, .. } = place;
        StoreError::Database(format!("failed to open {table}.{column}: {error}"))
    };
    Ok(vault.open(place, sealed).map_err(refused)?)
}

/// Open a row's sealed column.
pub(super) fn open_column(
    context: &Context,
    row: &Row<'_>,
    name: &'static str,
    place: SealContext<'_>,
) -> Result<Option<Zeroizing<Vec<u8>>>, Fault> {
    let sealed = row.get_ref(name)?.as_blob_or_null().map_err(rusqlite::Error::from)?;
    sealed.map(|sealed| open(&context.vault, place, sealed)).transpose()
}

/// Random bytes for nonces and for the key of ids.
#[expect(clippy::disallowed_methods, reason = "nonces and keys at rest come from the operating system alone")]
pub(super) fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has randomness once it has started");
}
