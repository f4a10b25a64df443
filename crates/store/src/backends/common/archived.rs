//! Whether a main secret opens what a store or an archive holds: the sealed key of ids stands for all that is sealed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::configuration::ID_KEY_PLACE;
use crate::transfer::{Manifest, TransferError};
use crate::vault::{Vault, VaultError};

/// The archive's sealed key of ids, which this vault opens.
pub(in super::super) fn id_key_of(manifest: &Manifest, vault: &Vault) -> Result<Vec<u8>, TransferError> {
    let sealed = STANDARD.decode(&manifest.id_key).unwrap_or_default();
    match vault.open(ID_KEY_PLACE, &sealed) {
        Ok(_) => Ok(sealed),
        Err(VaultError::WrongKey { sealed_with, current }) => Err(TransferError::refused(
            format!(
                "this archive was sealed with another main secret: with key {sealed_with}, but this one is {current}"
            ),
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
pub(in super::super) fn check_id_key(
    sealed: Option<Vec<u8>>,
    vault: &Vault,
) -> Result<Vec<u8>, TransferError> {
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
