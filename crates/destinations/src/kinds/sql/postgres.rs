//! PostgreSQL, over a stream of ours.
//!
//! Parameters are sent as text and read by the server into the column's own type, so that the column decides what it
//! takes: `jsonb`, `timestamptz`, `uuid`, an enum.

use std::error::Error;
use std::time::Duration;

use bytes::{BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, NoTls, Statement};

use super::postgres_tls::PostgresTls;
use super::value::Value;
use crate::seam::{Driver, Fault, ServiceUrl, Shared, open_plain};

/// What the server's own list of sessions shows.
const APPLICATION_NAME: &str = "hooktide";

pub(super) struct PostgresConnection {
    client: Client,
    driver: Driver,
    /// The statements prepared on this connection: at most the two of an endpoint.
    prepared: Vec<(String, Statement)>,
}

impl PostgresConnection {
    pub(super) async fn open(
        shared: &Shared,
        url: &ServiceUrl,
        is_tls: bool,
        deadline: Instant,
    ) -> Result<Self, Fault> {
        let mut config = Config::new();
        config.user(url.user.as_deref().unwrap_or("postgres")).dbname(&url.path);
        config.application_name(APPLICATION_NAME);
        if let Some(password) = &url.password {
            config.password(password.expose());
        }
        let stream = open_plain(shared, &url.address, deadline).await?;
        let (client, driver) = if is_tls {
            config.ssl_mode(SslMode::Require);
            let tls = PostgresTls::new(shared, url.address.server_name());
            let (client, connection) =
                config.connect_raw(stream, tls).await.map_err(|error| fault(&error))?;
            (client, drive(connection))
        } else {
            config.ssl_mode(SslMode::Disable);
            let (client, connection) =
                config.connect_raw(stream, NoTls).await.map_err(|error| fault(&error))?;
            (client, drive(connection))
        };
        let connection = Self { client, driver, prepared: Vec::new() };
        connection.limit_statements(deadline.saturating_duration_since(Instant::now())).await?;
        Ok(connection)
    }

    /// A statement that waits for a lock ends on the server too, soon after we stopped waiting for it.
    async fn limit_statements(&self, timeout: Duration) -> Result<(), Fault> {
        let set = format!("SET statement_timeout = {}", timeout.as_millis().max(1));
        self.client.batch_execute(&set).await.map_err(|error| fault(&error))
    }

    pub(super) async fn run(&mut self, sql: &str, values: &[Value]) -> Result<u64, Fault> {
        let statement = self.prepare(sql).await.map_err(|error| fault(&error))?;
        let texts: Vec<_> = values.iter().cloned().map(|value| AsText(value.into_text())).collect();
        let parameters: Vec<&(dyn ToSql + Sync)> = texts.iter().map(|text| text as _).collect();
        self.client.execute(&statement, &parameters).await.map_err(|error| fault(&error))
    }

    async fn prepare(&mut self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        if let Some((_, statement)) = self.prepared.iter().find(|(text, _)| text == sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.prepared.push((sql.to_owned(), statement.clone()));
        Ok(statement)
    }

    pub(super) fn is_open(&self) -> bool {
        !self.client.is_closed() && self.driver.is_running()
    }

    pub(super) async fn ended(&mut self) {
        self.driver.ended().await;
    }
}

fn drive<S, T>(connection: tokio_postgres::Connection<S, T>) -> Driver
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    Driver::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection to postgresql ended");
        }
    })
}

/// A parameter that the server reads like a literal in quotes.
#[derive(Debug)]
struct AsText(Option<String>);

impl ToSql for AsText {
    fn to_sql(&self, _type: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let Some(text) = &self.0 else {
            return Ok(IsNull::Yes);
        };
        out.put_slice(text.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_type: &Type) -> bool {
        true
    }

    fn encode_format(&self, _type: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

fn fault(error: &tokio_postgres::Error) -> Fault {
    let Some(server) = error.as_db_error() else {
        let cause = error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
        return Fault::lost(match error.to_string().contains("does not support TLS") {
            true => {
                "the server does not offer TLS; if its network is trusted, add ?sslmode=disable to the url"
                    .into()
            }
            false => format!("connection to PostgreSQL: {cause}"),
        });
    };
    let detail = format!("PostgreSQL {}: {}", server.code().code(), server.message());
    let code = server.code();
    if [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW].contains(code) {
        return Fault::lost(detail);
    }
    match code.code().get(..2) {
        // Connection, authorisation, transaction rollback, resources, object in use, operator, system.
        Some("08" | "28" | "40" | "53" | "55" | "57" | "58") => Fault::retry(detail),
        _ if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Fault::retry(detail),
        _ => Fault::fail(detail),
    }
}
