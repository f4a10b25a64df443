//! The commands, over a stream of ours.

use bytes::Bytes;
use hooktide_model::message::HOPS_NAME;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, ErrorKind, RedisConnectionInfo, RedisError, ServerErrorKind, Value};
use tokio::time::Instant;

use super::config::Command;
use crate::mapping::{Reading, Template};
use crate::seam::{Client, Done, Driver, Fault, Parcel, Secret, ServiceUrl, Shared, open_line};

pub(super) struct RedisClient {
    pub(super) url: ServiceUrl,
    pub(super) password: Option<Secret>,
    pub(super) database: u16,
    pub(super) command: Command,
    pub(super) key: Template,
    pub(super) value: Option<Template>,
    pub(super) ttl_s: Option<u64>,
    pub(super) if_absent: bool,
    pub(super) stream_entries_max: Option<u64>,
}

pub(crate) struct Connection {
    pub(crate) connection: MultiplexedConnection,
    driver: Driver,
}

/// Opens a connection through the guard. The caller cuts it off, and every answer: a second clock in the library would
/// only end an attempt early.
pub(crate) async fn connect(
    shared: &Shared,
    url: &ServiceUrl,
    password: Option<&Secret>,
    database: u16,
    deadline: Instant,
) -> Result<Connection, Fault> {
    let line = open_line(shared, &url.address, url.scheme.is_tls, deadline).await?;
    let mut info = RedisConnectionInfo::default().set_db(database.into());
    if let Some(user) = &url.user {
        info = info.set_username(user);
    }
    if let Some(password) = password {
        info = info.set_password(password.expose());
    }
    let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
    let (connection, moving) =
        MultiplexedConnection::new_with_config(&info, line, config).await.map_err(|error| fault(&error))?;
    Ok(Connection { connection, driver: Driver::spawn(moving) })
}

impl RedisClient {
    fn command(&self, key: &str, value: &[u8], parcel: &Parcel) -> Cmd {
        match self.command {
            Command::Set => {
                let mut set = redis::cmd("SET");
                set.arg(key).arg(value);
                if self.if_absent {
                    set.arg("NX");
                }
                if let Some(ttl_s) = self.ttl_s {
                    set.arg("EX").arg(ttl_s);
                }
                set
            }
            Command::Delete => redis::cmd("DEL").arg(key).take(),
            Command::Publish => redis::cmd("PUBLISH").arg(key).arg(value).take(),
            Command::StreamAdd => self.stream_add(key, value, parcel),
        }
    }

    /// An entry carries what a consumer needs to know it again: the idempotency key above all.
    fn stream_add(&self, key: &str, value: &[u8], parcel: &Parcel) -> Cmd {
        let mut add = redis::cmd("XADD");
        add.arg(key);
        if let Some(entries_max) = self.stream_entries_max {
            add.arg("MAXLEN").arg("~").arg(entries_max);
        }
        add.arg("*")
            .arg("message_id")
            .arg(&parcel.message_id)
            .arg("idempotency_key")
            .arg(&parcel.idempotency_key)
            .arg("event_type")
            .arg(&parcel.event_type)
            .arg("content_type")
            .arg(&parcel.content_type)
            .arg("occurred_at_ms")
            .arg(parcel.occurred_at_ms)
            .arg(HOPS_NAME)
            .arg(parcel.hops)
            .arg("payload")
            .arg(value);
        add
    }
}

impl Client for RedisClient {
    type Connection = Connection;
    type Job = Cmd;

    fn is_repeatable(&self) -> bool {
        matches!(self.command, Command::Set | Command::Delete)
    }

    fn secrets(&self) -> Vec<&Secret> {
        self.password.iter().chain(&self.url.password).collect()
    }

    fn prepare(&self, parcel: &Parcel) -> Result<Cmd, Fault> {
        let reading = Reading::new(parcel);
        let key = reading.render(&self.key)?;
        if key.is_empty() {
            return Err(Fault::fail("the key is empty for this event"));
        }
        let value = match &self.value {
            Some(template) => reading.render(template)?.into(),
            None => Bytes::clone(&parcel.payload),
        };
        Ok(self.command(&key, &value, parcel))
    }

    async fn connect(&self, shared: &Shared, deadline: Instant) -> Result<Connection, Fault> {
        connect(shared, &self.url, self.password.as_ref(), self.database, deadline).await
    }

    async fn act(&self, connection: &mut Connection, job: &Cmd, _deadline: Instant) -> Result<Done, Fault> {
        let answer: Value =
            job.query_async(&mut connection.connection).await.map_err(|error| fault(&error))?;
        Ok(Done::new(match (self.command, answer) {
            (Command::Set, Value::Nil) => "the key was there and is left as it is".to_owned(),
            (Command::Set, _) => "key set".to_owned(),
            (Command::Delete, Value::Int(0)) => "there was no such key".to_owned(),
            (Command::Delete, _) => "key deleted".to_owned(),
            (Command::Publish, Value::Int(receivers)) => format!("published; {receivers} subscribers"),
            (Command::StreamAdd, Value::BulkString(id)) => {
                format!("added as {}", String::from_utf8_lossy(&id))
            }
            (Command::Publish | Command::StreamAdd, _) => "confirmed".to_owned(),
        }))
    }

    fn is_open(connection: &mut Connection) -> bool {
        connection.driver.is_running()
    }

    async fn ended(connection: &mut Connection) {
        connection.driver.ended().await;
    }
}

pub(crate) fn fault(error: &RedisError) -> Fault {
    let detail = match error.code() {
        Some(code) => format!("Redis {code}: {}", error.detail().unwrap_or_default()),
        None => format!("connection to Redis: {error}"),
    };
    match error.kind() {
        ErrorKind::Io | ErrorKind::Parse => Fault::lost(detail),
        // A password may be changing just now.
        ErrorKind::AuthenticationFailed => Fault::retry(detail),
        ErrorKind::Server(
            ServerErrorKind::BusyLoading
            | ServerErrorKind::TryAgain
            | ServerErrorKind::ClusterDown
            | ServerErrorKind::MasterDown
            | ServerErrorKind::ReadOnly,
        ) => Fault::retry(detail),
        // Out of memory, stopped writes and missing replicas pass; everything else of the server's needs somebody.
        _ if matches!(
            error.code(),
            Some("OOM" | "MISCONF" | "NOREPLICAS" | "NOAUTH" | "WRONGPASS" | "BUSY")
        ) =>
        {
            Fault::retry(detail)
        }
        _ if error.is_io_error() || error.is_connection_dropped() => Fault::lost(detail),
        _ => Fault::fail(detail),
    }
}
