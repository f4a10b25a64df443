//! A receipt's head on the disk: JSON, sealed, because its headers may hold tokens.
//!
//! It is bound to its source, not to its row: a row's key is known only while the group that holds it is written.

use hooktide_model::{ReceiptHead, Seq};
use zeroize::Zeroizing;

use super::{open, seal};
use crate::StoreError;
use crate::vault::{SealContext, Vault};

fn place(source: &[u8; 8]) -> SealContext<'_> {
    SealContext { table: "receipt", row: source, column: "head" }
}

/// The bytes of a head that the disk sees.
pub(in super::super) fn seal_head(
    vault: &Vault,
    source: Seq,
    head: &ReceiptHead,
) -> Result<Vec<u8>, StoreError> {
    let text = serde_json::to_vec(head).map_err(|error| StoreError::Database(error.to_string()))?;
    Ok(seal(vault, place(&source.0.to_be_bytes()), &Zeroizing::new(text)))
}

/// What [`seal_head`] sealed.
pub(in super::super) fn open_head(
    vault: &Vault,
    source: Seq,
    sealed: &[u8],
) -> Result<ReceiptHead, StoreError> {
    let text = open(vault, place(&source.0.to_be_bytes()), sealed)?;
    // The parser's error may quote the text, which may be secret.
    serde_json::from_slice(&text)
        .map_err(|_| StoreError::Database("column receipt.head is damaged".to_owned()))
}
