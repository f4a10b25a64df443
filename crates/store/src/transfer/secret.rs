//! Whether a main secret opens what an archive holds.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::TransferError;
use super::manifest::Manifest;
use crate::vault::{SealContext, Vault, VaultError};

/// Where every backend keeps the key that public ids are made with.
const ID_KEY_PLACE: SealContext<'static> = SealContext { table: "meta", row: b"id_key", column: "value" };

/// The archive's sealed key of ids, which this vault opens.
pub(crate) fn id_key_of(manifest: &Manifest, vault: &Vault) -> Result<Vec<u8>, TransferError> {
    let sealed = STANDARD.decode(&manifest.id_key).unwrap_or_default();
    match vault.open(ID_KEY_PLACE, &sealed) {
        Ok(_) => Ok(sealed),
        Err(VaultError::WrongKey { sealed_with, current }) => Err(TransferError::refused(
            format!("this archive was sealed with another main secret: with key {sealed_with}, but this one is {current}"),
            "set HOOKTIDE_MAIN_SECRET (or main.secret in the data folder) to the main secret of the server that the \
             archive comes from",
        )),
        Err(error) => Err(TransferError::refused(
            format!("the archive's manifest is damaged: id_key: {error}"),
            "copy the archive again, or export anew",
        )),
    }
}

/// A store's sealed key of ids, which this vault opens: nobody moves what nobody can read.
pub(crate) fn check_id_key(sealed: Option<Vec<u8>>, vault: &Vault) -> Result<Vec<u8>, TransferError> {
    let sealed = sealed.ok_or_else(|| {
        TransferError::refused("the store is empty: no server has used it yet", "check HOOKTIDE_DATABASE_URL")
    })?;
    match vault.open(ID_KEY_PLACE, &sealed) {
        Ok(_) => Ok(sealed),
        Err(error) => {
            Err(TransferError::refused(format!("failed to open the store's secrets: {error}"), String::new()))
        }
    }
}
