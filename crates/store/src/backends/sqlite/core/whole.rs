//! The file as a whole, for those who move a store: one connection, no rules of configuration.

use std::path::Path;

use rusqlite::Connection;

use super::fault::Fault;
use super::{connection, schema};
use crate::StoreError;

/// Open the file, made and migrated if need be, through one connection that writes.
pub(in super::super) fn open_whole(path: &Path) -> Result<Connection, StoreError> {
    connection::prepare_file(path)?;
    let opened = || -> Result<Connection, Fault> {
        let mut whole = connection::open_writer(path)?;
        schema::claim(&whole)?;
        connection::use_write_ahead_log(&whole)?;
        schema::migrate(&mut whole)?;
        Ok(whole)
    };
    opened().map_err(|fault| super::db::named(fault.into(), path))
}
