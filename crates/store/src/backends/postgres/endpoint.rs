//! Which server to connect to, and how: the database URL, and what every session is set to.
//!
//! What must stay true: a commit that is answered is on the disk (`synchronous_commit`), whatever the server's own
//! default; a connection that hangs ends by itself; no password is printed.

use std::fmt;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};

use super::tls::TlsMode;
use crate::StoreError;

/// For making a connection, TLS and authentication included.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Silence after which a connection is probed.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
/// Between two probes.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(3);
/// Probes without an answer after which the connection is given up.
const KEEPALIVE_RETRIES: u32 = 3;
/// Bytes that are not acknowledged for so long end the connection.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(10);

/// Set on every session, after what the URL sets, so that none of it is weakened. Times are in milliseconds.
const SETTINGS: &str = "-c synchronous_commit=on -c statement_timeout=10000 -c lock_timeout=5000 \
     -c idle_in_transaction_session_timeout=10000 -c idle_session_timeout=0 -c default_transaction_isolation=read\\ committed -c jit=off";

/// What the server's own list of sessions shows.
pub(super) const APPLICATION_NAME: &str = "hooktide";

/// Which database, and how many connections to it.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// `postgres://user:password@host:5432/database?parameters`. Beside the parameters of `libpq` that tokio-postgres
    /// knows: `sslmode` (disable, prefer, require, verify-ca, verify-full) and `sslrootcert`, a file or `system`.
    pub url: String,
    /// Connections of the pool at most; some more are kept outside it.
    pub pool_size: usize,
}

impl fmt::Debug for DatabaseOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseOptions(url: [redacted], pool_size: {})", self.pool_size)
    }
}

/// A URL taken apart.
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: TlsMode,
    pub(super) root_file: Option<String>,
}

impl Address {
    /// Read a database URL.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut tls, mut root_file, mut rest) = (None, None, Vec::new());
        // These two the client library does not know, or knows in part.
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", mode)) => tls = Some(TlsMode::parse(mode)?),
                Some(("sslrootcert", file)) => root_file = Some(percent_decoded(file)?),
                _ => rest.push(pair),
            }
        }
        let known = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
        let mut config: Config = known.parse().map_err(|error| mistake(&super::fault::described(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(mistake("it names no host: write postgres://user@host/database"));
        }
        let tls = tls.unwrap_or(TlsMode::Prefer);
        config.ssl_mode(match tls {
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
        });
        settle(&mut config);
        Ok(Self { config, tls, root_file })
    }

    /// Where it leads, for messages: host and database, never user or password.
    pub(super) fn place(&self) -> String {
        let hosts: Vec<String> = self.config.get_hosts().iter().map(host_name).collect();
        let database = self.config.get_dbname().unwrap_or_default();
        format!("database {database:?} at {}", hosts.join(", "))
    }
}

fn host_name(host: &tokio_postgres::config::Host) -> String {
    match host {
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
        tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
    }
}

/// What every connection has, where the URL does not say otherwise.
fn settle(config: &mut Config) {
    let settings = match config.get_options() {
        Some(theirs) => format!("{theirs} {SETTINGS}"),
        None => SETTINGS.to_owned(),
    };
    config.options(settings).application_name(APPLICATION_NAME);
    config.keepalives_idle(KEEPALIVE_IDLE);
    config.keepalives_interval(KEEPALIVE_INTERVAL).keepalives_retries(KEEPALIVE_RETRIES);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNACKNOWLEDGED_MAX);
    }
    // Of several hosts the primary is the one that takes writes.
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
}

pub(super) fn mistake(what: &str) -> StoreError {
    StoreError::Database(format!("the database URL cannot be used: {what}"))
}

fn percent_decoded(text: &str) -> Result<String, StoreError> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| mistake("sslrootcert is not text"))
}
