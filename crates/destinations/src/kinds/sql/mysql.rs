//! MySQL and MariaDB.
//!
//! The client library dials by itself, so it is given the vetted addresses as literals and has nothing to resolve; the
//! host's name stays for TLS.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::tz::TimeZone;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, IoError, Opts, OptsBuilder, Params, SslOpts};
use tokio::time::Instant;

use super::identifier::{Identifier, Table};
use super::value::Value;
use crate::guard::EndpointHost;
use crate::seam::{Fault, ServiceUrl, Shared, vetted};

/// The two statements of an endpoint, and one more for looking at the table.
const STATEMENTS_CACHED_MAX: usize = 3;

/// The columns of every unique index of a table, in the words of the information schema.
const UNIQUE_INDEXES: &str = "SELECT index_name, column_name FROM information_schema.statistics \
     WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ? AND non_unique = 0";

/// Errors that pass by themselves: too many connections, access denied (a password may be changing), shutdown, lock
/// timeout, deadlock, limits of use, read-only during a failover, interrupted.
const PASSING: &[u16] = &[1040, 1044, 1045, 1053, 1203, 1205, 1213, 1226, 1290, 1317, 1836, 1969, 3024];

pub(super) struct MysqlConnection(Conn);

impl MysqlConnection {
    pub(super) async fn open(
        shared: &Shared,
        url: &ServiceUrl,
        is_tls: bool,
        deadline: Instant,
        table: &Table,
        key: &[&Identifier],
    ) -> Result<Self, Fault> {
        let addresses = vetted(shared, &url.address).await?;
        let ips: Vec<_> = addresses.as_slice().iter().map(std::net::SocketAddr::ip).collect();
        let host = match url.address.host() {
            EndpointHost::Name(name) => name.clone(),
            EndpointHost::Ip(ip) => ip.to_string(),
        };
        let time_left = deadline.saturating_duration_since(Instant::now());
        let options: Opts = OptsBuilder::default()
            .ip_or_hostname(host)
            .tcp_port(url.address.port())
            .resolved_ips(Some(ips))
            .prefer_socket(false)
            .user(url.user.as_deref())
            .pass(url.password.as_ref().map(|password| password.expose()))
            .db_name(Some(url.path.as_str()))
            .stmt_cache_size(STATEMENTS_CACHED_MAX)
            .ssl_opts(is_tls.then(|| tls(shared)))
            .init(session(time_left))
            .into();
        let conn = Conn::new(options).await.map_err(|error| fault(&error))?;
        let mut connection = Self(conn);
        connection.require_unique_index(table, key).await?;
        Ok(connection)
    }

    /// Without a unique index on the key, an upsert would insert a second row at every retry, silently.
    async fn require_unique_index(&mut self, table: &Table, key: &[&Identifier]) -> Result<(), Fault> {
        let schema = table.schema.as_ref().map(Identifier::as_str);
        let found: Vec<(String, String)> = self
            .0
            .exec(UNIQUE_INDEXES, (schema, table.name.as_str()))
            .await
            .map_err(|error| fault(&error))?;
        let mut indexes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (index, column) in found {
            indexes.entry(index).or_default().insert(column.to_lowercase());
        }
        let wanted: BTreeSet<_> = key.iter().map(|name| name.as_str().to_lowercase()).collect();
        if indexes.values().any(|columns| *columns == wanted) {
            return Ok(());
        }
        let wanted: Vec<_> = wanted.into_iter().collect();
        Err(Fault::fail(format!(
            "the table `{}` does not exist or has no unique index on exactly ({}); create it",
            table.name.as_str(),
            wanted.join(", ")
        )))
    }

    pub(super) async fn run(&mut self, sql: &str, values: &[Value]) -> Result<u64, Fault> {
        let values: Vec<_> = values.iter().cloned().map(parameter).collect();
        self.0.exec_drop(sql, Params::Positional(values)).await.map_err(|error| fault(&error))?;
        Ok(self.0.affected_rows())
    }
}

/// Times in UTC, values that do not fit refused instead of cut, and an end to waiting for locks.
fn session(time_left: Duration) -> Vec<String> {
    vec![
        "SET SESSION time_zone = '+00:00'".to_owned(),
        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')".to_owned(),
        format!("SET SESSION innodb_lock_wait_timeout = {}", time_left.as_secs().max(1)),
    ]
}

fn tls(shared: &Shared) -> SslOpts {
    let roots = shared.extra_roots.iter().map(|root| root.to_vec().into()).collect();
    SslOpts::default().with_root_certs(roots)
}

fn parameter(value: Value) -> mysql_async::Value {
    match value {
        Value::Null => mysql_async::Value::NULL,
        Value::Text(text) => text.into(),
        Value::Integer(number) => number.into(),
        Value::Float(number) => number.into(),
        Value::Bool(bool) => bool.into(),
        Value::Timestamp(time) => {
            let time = time.to_zoned(TimeZone::UTC).datetime();
            // The protocol's form of a date; parts that are out of its range become null there and fail the column.
            let part = |number: i8| u8::try_from(number).unwrap_or_default();
            mysql_async::Value::Date(
                u16::try_from(time.year()).unwrap_or_default(),
                part(time.month()),
                part(time.day()),
                part(time.hour()),
                part(time.minute()),
                part(time.second()),
                u32::try_from(time.subsec_nanosecond() / 1_000).unwrap_or_default(),
            )
        }
    }
}

fn fault(error: &Error) -> Fault {
    match error {
        Error::Server(server) => {
            let detail = format!("MySQL {} ({}): {}", server.code, server.state, server.message);
            match PASSING.contains(&server.code) {
                true => Fault::retry(detail),
                false => Fault::fail(detail),
            }
            .with_code(server.code)
        }
        Error::Io(IoError::Io(io)) => Fault::lost(format!("connection to MySQL: {io}")),
        Error::Io(other) => Fault::lost(format!("connection to MySQL: {other}")),
        Error::Driver(mysql_async::DriverError::NoClientSslFlagFromServer) => Fault::lost(
            "the server does not offer TLS; if its network is trusted, add ?sslmode=disable to the url",
        ),
        other => Fault::lost(format!("connection to MySQL: {other}")),
    }
}
