//! The schema's versions, and bringing a file to the newest.
//!
//! Called once at start on the writing connection. What must stay true: a file that another program or a newer
//! version wrote is left as it is.

use refinery::error::Kind;
use refinery::{Migration, Runner, SchemaVersion};
use rusqlite::Connection;

use super::fault::Fault;
use crate::StoreError;

/// Every file of `migrations/sqlite/`, in order.
pub(super) const MIGRATIONS: &[(&str, &str)] = &[
    ("V1__configuration", include_str!("../../../../migrations/sqlite/V1__configuration.sql")),
    ("V2__sources", include_str!("../../../../migrations/sqlite/V2__sources.sql")),
    ("V3__endpoint_destination", include_str!("../../../../migrations/sqlite/V3__endpoint_destination.sql")),
    ("V4__endpoint_filter", include_str!("../../../../migrations/sqlite/V4__endpoint_filter.sql")),
    (
        "V5__endpoint_transformation",
        include_str!("../../../../migrations/sqlite/V5__endpoint_transformation.sql"),
    ),
    (
        "V6__endpoint_ordering_key",
        include_str!("../../../../migrations/sqlite/V6__endpoint_ordering_key.sql"),
    ),
    ("V7__source_feed", include_str!("../../../../migrations/sqlite/V7__source_feed.sql")),
];

/// Marks the file as Hooktide's in its header ("hkTd"), so that no other program's database is ever migrated.
const APPLICATION_ID: i32 = 0x686b_5464;

/// Mark an empty file as ours; refuse one that another program made. Changes nothing in the latter.
pub(super) fn claim(connection: &Connection) -> Result<(), Fault> {
    let id: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if id == APPLICATION_ID {
        return Ok(());
    }
    let is_empty: bool =
        connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?;
    if id != 0 || !is_empty {
        let text = "this is the database of another program, not one of Hooktide";
        return Err(StoreError::Database(text.to_owned()).into());
    }
    // Before the tables: a crash between the two leaves an empty file that is ours, not a full one that is not.
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(())
}

/// Bring the file's schema to the newest version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Fault> {
    let migrations: Result<Vec<Migration>, _> =
        MIGRATIONS.iter().map(|(name, sql)| Migration::unapplied(name, sql)).collect();
    let migrations = migrations.expect("a test runs all migrations");
    let newest = migrations.last().map_or(0, Migration::version);
    // Grouped: the tables and the note that they were made are one transaction.
    let outcome = Runner::new(&migrations).set_grouped(true).run(connection);
    outcome.map(|_| ()).map_err(|error| refusal(error.kind(), newest))
}

fn refusal(kind: &Kind, newest: SchemaVersion) -> Fault {
    let text = match kind {
        Kind::MissingVersion(found) if found.version() > newest => format!(
            "a newer Hooktide has written this database (schema {}, this version knows {newest}): \
             start that version or a later one",
            found.version()
        ),
        Kind::DivergentVersion(found, _) => format!(
            "schema {} of this database is not the one of this version: start the version that wrote it",
            found.version()
        ),
        Kind::Connection(step, source) => format!("failed to bring the schema up to date: {step}: {source}"),
        other => format!("failed to bring the schema up to date: {other}"),
    };
    StoreError::Database(text).into()
}
