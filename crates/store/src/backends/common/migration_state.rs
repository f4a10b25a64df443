//! Versions of a schema, as a database has them and this program knows them.

use refinery::{Migration, SchemaVersion};

/// One version of a store's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationState {
    /// Its number.
    pub version: i64,
    /// What it brings.
    pub name: String,
    /// When it was applied, in RFC 3339; `None` while it waits to be.
    pub applied_at: Option<String>,
    /// Whether this program knows it. One that it does not know is a newer program's.
    pub is_known: bool,
}

/// A version that a database has.
pub(in crate::backends) struct AppliedMigration {
    pub(in crate::backends) version: SchemaVersion,
    pub(in crate::backends) name: String,
    pub(in crate::backends) applied_at: Option<String>,
}

/// Migrations as they are listed.
pub(in crate::backends) fn known_migrations(listed: &[(&str, &str)]) -> Vec<Migration> {
    let migrations: Result<Vec<Migration>, _> =
        listed.iter().map(|(name, sql)| Migration::unapplied(name, sql)).collect();
    migrations.expect("a test runs all migrations")
}

/// What the database has, in order, and then what it lacks.
pub(in crate::backends) fn migration_states(
    known: &[Migration],
    applied: Vec<AppliedMigration>,
) -> Vec<MigrationState> {
    let is_known = |version| known.iter().any(|migration| migration.version() == version);
    let has: Vec<SchemaVersion> = applied.iter().map(|row| row.version).collect();
    let mut states: Vec<MigrationState> = applied
        .into_iter()
        .map(|row| MigrationState {
            version: row.version.into(),
            name: row.name,
            applied_at: row.applied_at,
            is_known: is_known(row.version),
        })
        .collect();
    let waiting = known.iter().filter(|migration| !has.contains(&migration.version()));
    states.extend(waiting.map(|migration| MigrationState {
        version: migration.version().into(),
        name: migration.name().to_owned(),
        applied_at: None,
        is_known: true,
    }));
    states
}
