//! The note of an import, in the table of facts.

use tokio_postgres::{Client, Error, GenericClient};

use super::super::database::Database;
use crate::StoreError;
use crate::transfer::Mark;

/// One row by primary key, locked where it is changed next.
const FIND: &str = "SELECT value FROM meta WHERE name = $1";
/// One row by primary key.
const SAVE: &str =
    "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// One of the store's own facts.
pub(super) async fn fact(client: &impl GenericClient, name: &str) -> Result<Option<Vec<u8>>, Error> {
    client.query_opt(FIND, &[&name]).await?.map(|row| row.try_get(0)).transpose()
}

/// Write one of the store's own facts.
pub(super) async fn save(client: &impl GenericClient, name: &str, value: &[u8]) -> Result<(), Error> {
    client.execute(SAVE, &[&name, &value]).await.map(|_| ())
}

/// Refuse to serve a store that an import has begun to fill.
pub(in super::super) async fn refuse_unfinished(database: &Database) -> Result<(), StoreError> {
    let client = database.client().await?;
    let client: &Client = &client;
    let found = fact(client, Mark::NAME).await.map_err(|error| Database::fault(&error))?;
    Mark::refuse_unfinished(found.as_deref())
}
