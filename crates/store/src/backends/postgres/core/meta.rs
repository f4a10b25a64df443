//! The store's own facts: named values, among them the sealed key that ids are made with.
//!
//! What must stay true: the key of ids is made once and never changes, for every public id depends on it.

use deadpool_postgres::GenericClient;

use super::rows::{Fault, change, first};
use crate::StoreError;
use crate::backends::common::configuration::{ID_KEY, ID_KEY_BYTES, open_id_key, seal_id_key};
use crate::backends::common::fill_random;
use crate::vault::Vault;

/// One row by primary key.
pub(super) const GET: &str = "SELECT value FROM meta WHERE name = $1";

/// One row by primary key: of nodes that write at once the last one's value stays.
pub(super) const PUT: &str =
    "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// One row by primary key: of nodes that write at once the first one's value stays.
pub(super) const PUT_FIRST: &str =
    "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";

pub(super) async fn get(client: &impl GenericClient, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    match first(client, GET, &[&name]).await? {
        Some(row) => Ok(Some(row.try_get(0)?)),
        None => Ok(None),
    }
}

pub(super) async fn put(client: &impl GenericClient, name: &str, value: &[u8]) -> Result<(), Fault> {
    change(client, PUT, &[&name, &value]).await.map(|_| ())
}

/// The key that ids are made with; made now if this is the first start. Of nodes that start at once all get the first
/// one's. Fails when the main secret is another one.
pub(super) async fn id_key(client: &impl GenericClient, vault: &Vault) -> Result<[u8; ID_KEY_BYTES], Fault> {
    if let Some(sealed) = get(client, ID_KEY).await? {
        return Ok(open_id_key(vault, &sealed)?);
    }
    let mut key = [0; ID_KEY_BYTES];
    fill_random(&mut key);
    change(client, PUT_FIRST, &[&ID_KEY, &seal_id_key(vault, &key)]).await?;
    let gone = || StoreError::Database("meta.id_key is gone".to_owned());
    let sealed = get(client, ID_KEY).await?.ok_or_else(gone)?;
    Ok(open_id_key(vault, &sealed)?)
}
