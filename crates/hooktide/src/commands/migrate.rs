//! `hooktide migrate status|up`: the schema of the store, and bringing it up to date ahead of a start.

use std::fmt::Write;

use hooktide_config::{Config, DatabaseUrl, PostgresDatabase};
use hooktide_store::StoreError;
use hooktide_store::backends::{MigrationState, postgres, sqlite};

use crate::cli::{MigrateArgs, MigrateVerb};
use crate::failure::Failure;
use crate::output::print_data;
use crate::server::make_data_dir;

/// Prints the versions, after `up` has applied those that waited.
pub(crate) fn run(arguments: &MigrateArgs) -> Result<(), Failure> {
    let (settings, is_up) = match &arguments.verb {
        MigrateVerb::Status(settings) => (settings, false),
        MigrateVerb::Up(settings) => (settings, true),
    };
    let config = settings.load(Vec::new())?.config;
    let states = if is_up { up(&config) } else { status(&config) };
    let states = states.map_err(|error| {
        let doing = if is_up { "cannot migrate the store" } else { "cannot read the store's schema" };
        Failure::caused(doing, &error, "")
    })?;
    print_data(&table(&states))?;
    match states.iter().find(|state| !state.is_known) {
        None => Ok(()),
        Some(newer) => Err(Failure::failed(
            format!("a newer Hooktide has written this database: schema {} is not known here", newer.version),
            "start that version or a later one",
        )),
    }
}

fn status(config: &Config) -> Result<Vec<MigrationState>, StoreError> {
    match &config.database_url {
        DatabaseUrl::Sqlite(database) => sqlite::migration_status(&database.path),
        DatabaseUrl::Postgres(database) => block_on(postgres::migration_status(&one_connection(database))),
    }
}

fn up(config: &Config) -> Result<Vec<MigrationState>, StoreError> {
    match &config.database_url {
        DatabaseUrl::Sqlite(database) => {
            make_data_dir(config).map_err(|error| {
                StoreError::Database(format!("failed to make the data directory: {error}"))
            })?;
            sqlite::migrate_file(&database.path)
        }
        DatabaseUrl::Postgres(database) => block_on(postgres::migrate(&one_connection(database))),
    }
}

pub(super) fn one_connection(database: &PostgresDatabase) -> postgres::DatabaseOptions {
    // Exposed to the store alone, which connects with it.
    postgres::DatabaseOptions { url: database.url.expose().to_owned(), pool_size: 1 }
}

pub(super) fn block_on<T>(step: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| StoreError::Unavailable(error.to_string()))?.block_on(step)
}

/// A line per version: number, name, and when it was applied.
fn table(states: &[MigrationState]) -> String {
    let width = states.iter().map(|state| state.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for state in states {
        let applied =
            state.applied_at.as_deref().map_or_else(|| "waits".to_owned(), |at| format!("applied {at}"));
        let unknown = if state.is_known { "" } else { ", not known to this version" };
        let _ = writeln!(text, "{:>4}  {:width$}  {applied}{unknown}", state.version, state.name);
    }
    text
}
