//! The store's own facts: named values, among them the sealed key that ids are made with.
//!
//! What must stay true: the key of ids is made once and never changes, for every public id depends on it.

use rusqlite::Connection;

use super::fault::Fault;
use super::rows::{change, first};
use super::sealing;
use crate::StoreError;
use crate::vault::{SealContext, Vault};

/// One row by primary key.
pub(super) const GET: &str = "SELECT value FROM meta WHERE name = ?1";

/// One row by primary key, under the writer's lock: the last value put is the one that stays.
pub(super) const PUT: &str =
    "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// Bytes of the key that ids are made with.
pub(super) const ID_KEY_BYTES: usize = 32;

const ID_KEY: &str = "id_key";
const ID_KEY_PLACE: SealContext<'static> = SealContext { table: "meta", row: b"id_key", column: "value" };

pub(super) fn get(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    first(connection, GET, [name], |row| Ok(row.get(0)?))
}

pub(super) fn put(connection: &Connection, name: &str, value: &[u8]) -> Result<(), Fault> {
    change(connection, PUT, (name, value)).map(|_| ())
}

/// The key that ids are made with; made now if this is the first start. Fails when the main secret is another one.
pub(super) fn id_key(connection: &Connection, vault: &Vault) -> Result<[u8; ID_KEY_BYTES], Fault> {
    if let Some(sealed) = get(connection, ID_KEY)? {
        let key = sealing::open(vault, ID_KEY_PLACE, &sealed)?;
        let damaged = |_| StoreError::Database("meta.id_key does not hold a key".to_owned());
        return Ok(<[u8; ID_KEY_BYTES]>::try_from(key.as_slice()).map_err(damaged)?);
    }
    let mut key = [0; ID_KEY_BYTES];
    sealing::fill_random(&mut key);
    put(connection, ID_KEY, &sealing::seal(vault, ID_KEY_PLACE, &key))?;
    Ok(key)
}
