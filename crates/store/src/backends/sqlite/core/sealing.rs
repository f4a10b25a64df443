//! Sealed columns, as this database's rows and faults have them.

use rusqlite::Row;
use zeroize::Zeroizing;

use super::fault::Fault;
use super::rows::Context;
use crate::backends::common;
pub(super) use crate::backends::common::{fill_random, seal};
use crate::vault::{SealContext, Vault};

/// Open a value in its place.
pub(super) fn open(
    vault: &Vault,
    place: SealContext<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    Ok(common::open(vault, place, sealed)?)
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
