//! Which store a configuration names, opened.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hooktide_config::{Config, DatabaseUrl, PostgresDatabase};
use hooktide_model::Clock;
use hooktide_store::Store;
use hooktide_store::backends::Retention;
use hooktide_store::backends::postgres::{DatabaseOptions, PostgresOptions, PostgresStore};
use hooktide_store::backends::sqlite::{SqliteOptions, SqliteStore};
use hooktide_store::vault::Vault;
use tokio::sync::watch;

use super::files::make_data_dir;
use super::main_secret;
use crate::failure::Failure;

/// Chunks that a retention period is cut into at least, so that history goes in small steps.
const CHUNKS_PER_RETENTION: u32 = 30;
/// The longest that a chunk stays open.
const CHUNK_AGE_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// History kept for ever, as a span.
pub(super) const FOR_EVER: Duration = Duration::from_secs(1000 * 365 * 24 * 60 * 60);

/// How long the same event is recognised: not longer than history is kept.
pub(super) fn dedupe_window(config: &Config) -> Duration {
    config.receive.dedupe_window.min(config.retention.history.unwrap_or(FOR_EVER))
}

/// Open the store; `fatal` hears when it has failed for good.
pub(super) async fn open_store(
    config: &Config,
    clock: Arc<dyn Clock>,
    fatal: watch::Sender<Option<String>>,
) -> Result<Arc<dyn Store>, Failure> {
    let vault = Vault::new(main_secret(config)?.expose().as_bytes()).map_err(|error| {
        Failure::caused("cannot use the main secret", &error, "set HOOKTIDE_MAIN_SECRET to a longer one")
    })?;
    let opened: Result<Arc<dyn Store>, _> = match &config.database_url {
        DatabaseUrl::Sqlite(database) => {
            make_data_dir(config).map_err(|error| {
                let help = "choose another with HOOKTIDE_DATABASE_URL";
                Failure::caused("cannot make the data directory", &error, help)
            })?;
            let options = sqlite(config, database.path.clone(), vault, clock, fatal);
            SqliteStore::open(options).map(|store| Arc::new(store) as Arc<dyn Store>)
        }
        DatabaseUrl::Postgres(database) => {
            let options = postgres(config, database, vault, clock, fatal);
            PostgresStore::open(options).await.map(|store| Arc::new(store) as Arc<dyn Store>)
        }
    };
    opened.map_err(|error| {
        let what = format!("cannot open the store {}", config.database_url);
        Failure::caused(&what, &error, "see the message above")
    })
}

/// How much history is kept.
pub(crate) fn retention(config: &Config) -> Retention {
    let history = config.retention.history.unwrap_or(FOR_EVER);
    Retention { history, disk_bytes_max: config.retention.disk_bytes_max.unwrap_or(0) }
}

/// How long a chunk of history stays open.
pub(crate) fn chunk_age(config: &Config) -> Duration {
    (retention(config).history / CHUNKS_PER_RETENTION).min(CHUNK_AGE_MAX)
}

fn sqlite(
    config: &Config,
    path: PathBuf,
    vault: Vault,
    clock: Arc<dyn Clock>,
    fatal: watch::Sender<Option<String>>,
) -> SqliteOptions {
    let retention = retention(config);
    SqliteOptions {
        path,
        vault,
        clock,
        idempotency_window: config.idempotency.window,
        dedupe_window: dedupe_window(config),
        idempotency_keys_max: usize::try_from(config.idempotency.keys_max).unwrap_or(usize::MAX),
        chunk_events: config.storage.chunk_events,
        chunk_bytes: config.chunk_bytes(),
        chunk_age: chunk_age(config),
        free_bytes_min: config.storage.free_bytes_min,
        retention,
        on_fatal: Box::new(move |why| {
            fatal.send_replace(Some(why.to_owned()));
        }),
    }
}

fn postgres(
    config: &Config,
    database: &PostgresDatabase,
    vault: Vault,
    clock: Arc<dyn Clock>,
    fatal: watch::Sender<Option<String>>,
) -> PostgresOptions {
    PostgresOptions {
        database: DatabaseOptions {
            url: database.url.expose().to_owned(),
            pool_size: config.database.pool_size,
        },
        vault,
        clock,
        idempotency_window: config.idempotency.window,
        dedupe_window: dedupe_window(config),
        retention: retention(config),
        partition_span: None,
        node_name: node_name(config),
        lease: config.cluster.lease,
        on_fatal: Box::new(move |why| {
            fatal.send_replace(Some(why.to_owned()));
        }),
    }
}

/// As configured, or the host's.
fn node_name(config: &Config) -> String {
    let host = || rustix::system::uname().nodename().to_string_lossy().into_owned();
    config.cluster.node_name.clone().unwrap_or_else(host)
}
