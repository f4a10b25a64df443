//! The store's own facts: named values, among them the sealed key that ids are made with.
//!
//! What must stay true: the key of ids is made once and never changes, for every public id depends on it.

use rusqlite::Connection;

use super::fault::Fault;
use super::rows::{change, first};
use crate::backends::common::configuration::{ID_KEY, ID_KEY_BYTES, open_id_key, seal_id_key};
use crate::backends::common::fill_random;
use crate::vault::Vault;

/// One row by primary key.
pub(super) const GET: &str = "SELECT value FROM meta WHERE name = ?1";

/// One row by primary key, under the writer's lock: the last value put is the one that stays.
pub(super) const PUT: &str =
    "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

pub(super) fn get(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    first(connection, GET, [name], |row| Ok(row.get(0)?))
}

pub(super) fn put(connection: &Connection, name: &str, value: &[u8]) -> Result<(), Fault> {
    change(connection, PUT, (name, value)).map(|_| ())
}

/// The key that ids are made with; made now if this is the first start. Fails when the main secret is another one.
pub(super) fn id_key(connection: &Connection, vault: &Vault) -> Result<[u8; ID_KEY_BYTES], Fault> {
    if let Some(sealed) = get(connection, ID_KEY)? {
        return Ok(open_id_key(vault, &sealed)?);
    }
    let mut key = [0; ID_KEY_BYTES];
    fill_random(&mut key);
    put(connection, ID_KEY, &seal_id_key(vault, &key))?;
    Ok(key)
}
