//! The schema's versions, and bringing a file to the newest.
//!
//! Called once at start on the writing connection. What must stay true: a file that another program or a newer
//! version wrote is left as it is.

use std::path::Path;

use refinery::error::Kind;
use refinery::{Migration, Runner, SchemaVersion};
use rusqlite::Connection;

use super::connection;
use super::fault::Fault;
use crate::StoreError;
use crate::backends::MigrationState;
use crate::backends::common::{AppliedMigration, known_migrations, migration_states};

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

/// All rows of a table with a row per version.
const APPLIED: &str = "SELECT version, name, applied_on FROM refinery_schema_history ORDER BY version";

/// Every version of the schema that the file has or this program would give it, in order. Makes no file. Blocks.
///
/// # Errors
/// `Database` when the file cannot be read or belongs to another program.
pub fn migration_status(path: &Path) -> Result<Vec<MigrationState>, StoreError> {
    let known = known_migrations(MIGRATIONS);
    if !path.exists() {
        return Ok(migration_states(&known, Vec::new()));
    }
    Ok(migration_states(&known, applied(path)?))
}

fn applied(path: &Path) -> Result<Vec<AppliedMigration>, Fault> {
    let connection = connection::open_reader(path)?;
    if !is_claimed(&connection)? {
        return Ok(Vec::new());
    }
    let has_versions = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history')";
    if !connection.query_row(has_versions, [], |row| row.get(0))? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(APPLIED)?;
    let rows = statement.query_map([], |row| {
        Ok(AppliedMigration { version: row.get(0)?, name: row.get(1)?, applied_at: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Bring the file to the newest version, made if need be; the states after that. Its directory must exist. Blocks.
///
/// # Errors
/// As [`migration_status`]; `Database` also when a newer version has written it, `Unavailable` when it is locked.
pub fn migrate_file(path: &Path) -> Result<Vec<MigrationState>, StoreError> {
    connection::prepare_file(path)?;
    bring_up(path)?;
    migration_status(path)
}

fn bring_up(path: &Path) -> Result<(), Fault> {
    let mut connection = connection::open_writer(path)?;
    claim(&connection)?;
    connection::use_write_ahead_log(&connection)?;
    migrate(&mut connection)
}

/// Mark an empty file as ours; refuse one that another program made. Changes nothing in the latter.
pub(super) fn claim(connection: &Connection) -> Result<(), Fault> {
    if is_claimed(connection)? {
        return Ok(());
    }
    // Before the tables: a crash between the two leaves an empty file that is ours, not a full one that is not.
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    Ok(())
}

/// Whether the file is marked as ours; an error when it is another program's. An empty one is nobody's.
fn is_claimed(connection: &Connection) -> Result<bool, Fault> {
    let id: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if id == APPLICATION_ID {
        return Ok(true);
    }
    let is_empty: bool =
        connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?;
    if id != 0 || !is_empty {
        let text = "this is the database of another program, not one of Hooktide";
        return Err(StoreError::Database(text.to_owned()).into());
    }
    Ok(false)
}

/// Bring the file's schema to the newest version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Fault> {
    let migrations = known_migrations(MIGRATIONS);
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
