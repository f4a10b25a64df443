//! The typed result: what the rest of Hooktide reads. Units are in the names or the types; meaning, ranges and
//! defaults are documented once, in `keys.rs`.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;

use crate::forms::shown_database;
use crate::{KEYS, SecretText};

/// The data directory of a node whose store is elsewhere: that of the default store.
const DATA_DIR_DEFAULT: &str = "hooktide-data";

/// The whole configuration. `Config::default()` is what a server without any configuration runs with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The store.
    pub database_url: DatabaseUrl,
    /// Signs and checks bearer tokens; absent means: keep one in the data directory.
    pub jwt_secret: Option<SecretText>,
    /// Encrypts secrets at rest; absent means: keep one in the data directory.
    pub main_secret: Option<SecretText>,
    /// Connections to a database that nodes share.
    pub database: DatabaseSettings,
    /// Nodes that share a database.
    pub cluster: ClusterSettings,
    /// Sending.
    pub delivery: DeliverySettings,
    /// Destinations that are not HTTP servers.
    pub destinations: DestinationSettings,
    /// What a message may be.
    pub messages: MessageSettings,
    /// The HTTP API.
    pub api: ApiSettings,
    /// Receiving.
    pub receive: ReceiveSettings,
    /// Idempotency keys.
    pub idempotency: IdempotencySettings,
    /// How much history is kept.
    pub retention: RetentionSettings,
    /// Files of the embedded store.
    pub storage: StorageSettings,
    /// Prometheus metrics.
    pub metrics: MetricsSettings,
    /// Logs.
    pub log: LogSettings,
    /// Stopping.
    pub shutdown: ShutdownSettings,
}

/// Where messages and configuration are kept.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// The embedded store.
    Sqlite(SqliteDatabase),
    /// A database that nodes may share.
    Postgres(PostgresDatabase),
}

impl fmt::Display for DatabaseUrl {
    /// For people: the file, or the URL without its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(database) => write!(f, "{}", database.path.display()),
            Self::Postgres(database) => f.write_str(&shown_database(database.url.expose())),
        }
    }
}

/// A PostgreSQL database.
#[derive(Clone, Debug)]
pub struct PostgresDatabase {
    /// `postgres://user:password@host:5432/database?parameters`.
    pub url: SecretText,
}

/// Connections to a database that nodes share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// Connections in the pool of a node at most.
    pub pool_size: usize,
}

/// Nodes that share a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterSettings {
    /// What this node is called; `None` is the host's name.
    pub node_name: Option<String>,
    /// How long a node may be silent before others take over its work.
    pub lease: Duration,
}

/// The embedded store's main file; other files stand beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SqliteDatabase {
    /// The file, relative to the working directory unless absolute.
    pub path: PathBuf,
}

/// How messages are delivered.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliverySettings {
    /// Private ranges that endpoints may live in all the same.
    pub allow_subnets: Vec<IpNet>,
    /// Refuse endpoints without TLS.
    pub https_only: bool,
    /// The delay after each failed try; the number of tries is one more.
    pub retry_schedule: Vec<Duration>,
    /// Bound on one whole exchange.
    pub timeout: Duration,
    /// How long an endpoint may fail without a single success before it is disabled; `None` is never.
    pub disable_after: Option<Duration>,
    /// The kind of key a new endpoint gets.
    pub signature_type: SignatureType,
    /// The names the signature headers are sent under.
    pub headers: HeaderNames,
    /// Requests in flight per endpoint.
    pub concurrency: usize,
    /// Deliveries waiting in memory per endpoint.
    pub lane_capacity: usize,
    /// Bytes of payload that all lanes together hold in memory.
    pub memory_bytes_max: u64,
    /// The share by which a delay may vary in both directions, 0 to 1.
    pub jitter: f64,
    /// Name servers to ask instead of the system's; empty asks the system's.
    pub dns_servers: Vec<SocketAddr>,
    /// PEM file with certificate authorities to trust besides the public ones.
    pub extra_ca_file: Option<PathBuf>,
}

/// Destinations that are not HTTP servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationSettings {
    /// The directory below which destinations may use files; `None` is none.
    pub files_root: Option<PathBuf>,
    /// Absolute paths of the programs that destinations may run; empty is none.
    pub commands: Vec<PathBuf>,
    /// Programs that run at the same time.
    pub commands_max: usize,
}

/// How a delivery is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureType {
    /// Symmetric: HMAC-SHA256, `v1`.
    Hmac256,
    /// Asymmetric: Ed25519, `v1a`.
    Ed25519,
}

/// The names that id, timestamp and signature are sent under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderNames {
    /// `webhook-*` and `svix-*`, with the same values.
    Both,
    /// `webhook-*`, as Standard Webhooks names them.
    Webhook,
    /// `svix-*`.
    Svix,
}

/// What a message may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSettings {
    /// The largest payload.
    pub payload_bytes_max: u64,
}

/// The HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiSettings {
    /// The largest request body.
    pub body_bytes_max: u64,
}

/// How providers' requests are received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiveSettings {
    /// The largest body, unless a source says otherwise.
    pub body_bytes_max: u64,
    /// How long an event that was taken is recognised when it is sent again.
    pub dedupe_window: Duration,
    /// Where providers reach this server, without a slash at the end; `None` is the address it listens on.
    pub public_url: Option<String>,
    /// Peers whose word on whom they forward for is taken.
    pub trusted_proxies: Vec<IpNet>,
}

/// Idempotency keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencySettings {
    /// How long a key is remembered.
    pub window: Duration,
    /// How many keys are remembered at most.
    pub keys_max: u64,
}

/// How much history is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionSettings {
    /// Age at which messages and attempts are dropped; `None` is never.
    pub history: Option<Duration>,
    /// Bytes on disk at which the oldest history is dropped early; `None` is unlimited.
    pub disk_bytes_max: Option<u64>,
}

/// Files of the embedded store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageSettings {
    /// Events after which a chunk file is sealed.
    pub chunk_events: u64,
    /// Bytes after which a chunk file is sealed, as configured; see [`Config::chunk_bytes`].
    pub chunk_bytes: u64,
    /// Upper bound of the free space that must remain; see [`StorageSettings::free_bytes_floor`].
    pub free_bytes_min: u64,
}

/// Prometheus metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsSettings {
    /// Serve `/metrics`.
    pub enabled: bool,
}

/// Logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// How a line looks.
    pub format: LogFormat,
    /// Directives as `tracing` reads them, checked: `info`, `info,hooktide_store=debug`.
    pub level: String,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Stopping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShutdownSettings {
    /// How long requests and deliveries in flight may take to finish.
    pub grace: Duration,
}

impl Config {
    /// The directory that the embedded store and the generated secrets live in. With a database elsewhere it is the
    /// default's, for what little a node keeps.
    pub fn data_dir(&self) -> &Path {
        let path = match &self.database_url {
            DatabaseUrl::Sqlite(database) => &database.path,
            DatabaseUrl::Postgres(_) => return Path::new(DATA_DIR_DEFAULT),
        };
        match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    /// Bytes after which a chunk of history is sealed: `storage.chunk_bytes`, but at most an eighth of the disk limit.
    /// History is dropped by whole chunks, so a limit of a few chunks could be kept only roughly.
    pub fn chunk_bytes(&self) -> u64 {
        let share = self.retention.disk_bytes_max.map_or(u64::MAX, |limit| limit / 8);
        self.storage.chunk_bytes.min(share)
    }
}

impl StorageSettings {
    /// Free bytes below which no new message is accepted, on a disk of this size: 5 % of it, but no more than
    /// `free_bytes_min`, so that neither a small volume nor a huge one is refused without need.
    pub fn free_bytes_floor(&self, disk_bytes_total: u64) -> u64 {
        (disk_bytes_total / 20).min(self.free_bytes_min)
    }
}

impl Default for Config {
    fn default() -> Self {
        let mut config = blank();
        for key in KEYS {
            key.set(&mut config, key.default)
                .expect("every default passes its own check, which a test proves");
        }
        config
    }
}

/// A value of the right shape whose every field [`Default`] overwrites. The defaults themselves stand in `keys.rs`
/// as text, where the reference page reads them too.
fn blank() -> Config {
    Config {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        database_url: DatabaseUrl::Sqlite(SqliteDatabase::default()),
        database: DatabaseSettings { pool_size: 0 },
        cluster: ClusterSettings { node_name: None, lease: Duration::ZERO },
        jwt_secret: None,
        main_secret: None,
        delivery: blank_delivery(),
        destinations: DestinationSettings { files_root: None, commands: Vec::new(), commands_max: 0 },
        messages: MessageSettings { payload_bytes_max: 0 },
        api: ApiSettings { body_bytes_max: 0 },
        receive: ReceiveSettings {
            body_bytes_max: 0,
            dedupe_window: Duration::ZERO,
            public_url: None,
            trusted_proxies: Vec::new(),
        },
        idempotency: IdempotencySettings { window: Duration::ZERO, keys_max: 0 },
        retention: RetentionSettings { history: None, disk_bytes_max: None },
        storage: StorageSettings { chunk_events: 0, chunk_bytes: 0, free_bytes_min: 0 },
        metrics: MetricsSettings { enabled: false },
        log: LogSettings { format: LogFormat::Auto, level: String::new() },
        shutdown: ShutdownSettings { grace: Duration::ZERO },
    }
}

fn blank_delivery() -> DeliverySettings {
    DeliverySettings {
        allow_subnets: Vec::new(),
        https_only: false,
        retry_schedule: Vec::new(),
        timeout: Duration::ZERO,
        disable_after: None,
        signature_type: SignatureType::Hmac256,
        headers: HeaderNames::Both,
        concurrency: 0,
        lane_capacity: 0,
        memory_bytes_max: 0,
        jitter: 0.0,
        dns_servers: Vec::new(),
        extra_ca_file: None,
    }
}
