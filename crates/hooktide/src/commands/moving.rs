//! What export and import share: which store is meant, progress, the table of counts.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use hooktide_config::{Config, DatabaseUrl, PostgresDatabase};
use hooktide_model::clock::SystemClock;
use hooktide_store::backends::postgres::{
    DatabaseOptions, PostgresSource, PostgresTarget, PostgresTargetOptions,
};
use hooktide_store::backends::sqlite::{SqliteSource, SqliteTarget, SqliteTargetOptions};
use hooktide_store::transfer::{Manifest, Progress, Source, Step, TABLES, Target, TransferError};
use hooktide_store::vault::Vault;
use tokio::time::Instant;

use crate::failure::Failure;
use crate::server::{chunk_age, main_secret, make_data_dir, retention};

/// Between two lines of progress.
const LINE_EVERY: Duration = Duration::from_secs(1);
/// One reads or writes, one makes partitions.
const POOL_SIZE: usize = 2;

/// The configured store, to be read.
pub(super) async fn open_source(config: &Config) -> Result<Box<dyn Source>, Failure> {
    let opened: Result<Box<dyn Source>, TransferError> = match &config.database_url {
        // A store that is not there has no main secret either: none is to be made beside it.
        DatabaseUrl::Sqlite(database) if !database.path.is_file() => {
            return Err(Failure::failed(
                format!("there is no store at {}", database.path.display()),
                "name it with HOOKTIDE_DATABASE_URL, or run the command where the server runs",
            ));
        }
        DatabaseUrl::Sqlite(database) => {
            let vault = vault(config)?;
            SqliteSource::open(&database.path, &vault, &SystemClock).map(|source| Box::new(source) as _)
        }
        DatabaseUrl::Postgres(database) => {
            let vault = vault(config)?;
            let opened = PostgresSource::open(&options(database), &vault).await;
            opened.map(|source| Box::new(source) as _)
        }
    };
    opened.map_err(|error| failure(&format!("cannot open the store {}", config.database_url), &error))
}

/// The configured store, to be filled.
pub(super) async fn open_target(config: &Config) -> Result<Box<dyn Target>, Failure> {
    let opened: Result<Box<dyn Target>, TransferError> = match &config.database_url {
        DatabaseUrl::Sqlite(database) => {
            make_data_dir(config)
                .map_err(|error| Failure::caused("cannot make the data directory", &error, ""))?;
            let options = SqliteTargetOptions {
                path: database.path.clone(),
                vault: vault(config)?,
                chunk_events: config.storage.chunk_events,
                chunk_bytes: config.chunk_bytes(),
                chunk_age: chunk_age(config),
            };
            SqliteTarget::open(options).map(|target| Box::new(target) as _)
        }
        DatabaseUrl::Postgres(database) => {
            let options = PostgresTargetOptions {
                database: options(database),
                vault: vault(config)?,
                clock: Arc::new(SystemClock),
                history: retention(config).history,
                partition_span: None,
            };
            PostgresTarget::open(options).await.map(|target| Box::new(target) as _)
        }
    };
    opened.map_err(|error| failure(&format!("cannot open the store {}", config.database_url), &error))
}

fn options(database: &PostgresDatabase) -> DatabaseOptions {
    DatabaseOptions { url: database.url.expose().to_owned(), pool_size: POOL_SIZE }
}

fn vault(config: &Config) -> Result<Vault, Failure> {
    Vault::new(main_secret(config)?.expose().as_bytes()).map_err(|error| {
        Failure::caused("cannot use the main secret", &error, "set HOOKTIDE_MAIN_SECRET to a longer one")
    })
}

/// A failed move, with the way out.
pub(super) fn failure(doing: &str, error: &TransferError) -> Failure {
    let help = match error {
        TransferError::Refused { .. } => error.help(),
        _ => "run the same command again: it goes on where it stopped",
    };
    Failure::caused(doing, error, help)
}

/// Rows of each table, and of all.
pub(super) fn table(manifest: &Manifest) -> String {
    let mut text = String::new();
    for table in TABLES {
        let _ = writeln!(text, "{:<16} {:>14}", table.name, manifest.rows_of(table.name));
    }
    let _ = writeln!(text, "{:<16} {:>14}", "total", manifest.rows_total());
    text
}

/// Progress on standard error, a line per second at most.
pub(super) struct Report {
    done: &'static str,
    begun: Instant,
    said: Option<Instant>,
}

impl Report {
    /// `done` is what becomes of rows: exported, imported.
    pub(super) fn new(done: &'static str) -> Self {
        Self { done, begun: Instant::now(), said: None }
    }
}

impl Progress for Report {
    fn step(&mut self, step: &Step) {
        let is_last = step.rows >= step.rows_total;
        if !is_last && self.said.is_some_and(|said| said.elapsed() < LINE_EVERY) {
            return;
        }
        self.said = Some(Instant::now());
        let Step { what, rows, rows_total, rows_before } = step;
        let percent = rows * 100 / (*rows_total).max(1);
        let rate = (rows - rows_before) as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        eprintln!("{what}: {rows} of {rows_total} rows {}, {percent} %, {rate:.0} rows/s", self.done);
    }

    fn note(&mut self, text: &str) {
        eprintln!("{text}");
    }
}
