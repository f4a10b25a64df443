//! A connection and its one channel, over a stream of ours.
//!
//! The client library serves a connection on a thread of its own, which ends when the stream does. So the stream is
//! kept by a second handle, and hanging up is dropping the connection, whatever the broker does.

use std::io;
use std::net::Shutdown;

use async_compat::Compat;
use lapin::options::ConfirmSelectOptions;
use lapin::tcp::RustlsConnector;
use lapin::uri::{AMQPAuthority, AMQPScheme, AMQPUri, AMQPUserInfo};
use lapin::{AsyncTcpStream, Channel, ConnectionProperties};
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::client::fault;
use crate::guard::EndpointHost;
use crate::seam::{Fault, ServiceUrl, Shared, open_plain};

/// What the broker's own list of connections shows.
const CONNECTION_NAME: &str = "hooktide";

pub(crate) struct Connection {
    connection: lapin::Connection,
    pub(crate) channel: Channel,
    _hang_up: HangUp,
}

/// Ends the stream, and with it everything that serves it.
struct HangUp(std::net::TcpStream);

impl Drop for HangUp {
    fn drop(&mut self) {
        // Only a stream that has ended already cannot be ended.
        let _ended = self.0.shutdown(Shutdown::Both);
    }
}

impl Connection {
    /// Connects through the guard; what is published on the channel is confirmed.
    pub(crate) async fn open(shared: &Shared, url: &ServiceUrl, deadline: Instant) -> Result<Self, Fault> {
        let stream = open_plain(shared, &url.address, deadline).await?;
        let (stream, hang_up) =
            doubled(stream).map_err(|error| Fault::lost(format!("connection: {error}")))?;
        let stream = AsyncTcpStream::Plain(Compat::new(stream));
        let stream = match url.scheme.is_tls {
            true => stream
                .into_rustls(&RustlsConnector::from(shared.tls.clone()), &host(url))
                .await
                .map_err(|error| Fault::lost(format!("TLS: the connection could not be secured: {error}")))?,
            false => stream,
        };
        // The library asks for a stream whenever it likes; there is this one.
        let only = Mutex::new(Some(stream));
        let connect = async move |_uri, _runtime| {
            only.lock().take().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected).into())
        };
        let runtime = lapin::runtime::default_runtime().map_err(|error| fault(&error))?;
        let properties = ConnectionProperties::default().with_connection_name(CONNECTION_NAME.into());
        let connection = lapin::Connection::connector(uri(url), runtime, connect, properties)
            .await
            .map_err(|error| fault(&error))?;
        let channel = connection.create_channel().await.map_err(|error| fault(&error))?;
        channel.confirm_select(ConfirmSelectOptions::default()).await.map_err(|error| fault(&error))?;
        Ok(Self { connection, channel, _hang_up: hang_up })
    }

    pub(super) fn is_open(&self) -> bool {
        self.connection.status().connected() && self.channel.status().connected()
    }
}

fn doubled(stream: TcpStream) -> io::Result<(TcpStream, HangUp)> {
    let stream = stream.into_std()?;
    let hang_up = HangUp(stream.try_clone()?);
    Ok((TcpStream::from_std(stream)?, hang_up))
}

fn host(url: &ServiceUrl) -> String {
    match url.address.host() {
        EndpointHost::Name(name) => name.clone(),
        EndpointHost::Ip(ip) => ip.to_string(),
    }
}

fn uri(url: &ServiceUrl) -> AMQPUri {
    let password = url.password.as_ref().map_or("", |password| password.expose());
    AMQPUri {
        scheme: if url.scheme.is_tls { AMQPScheme::AMQPS } else { AMQPScheme::AMQP },
        authority: AMQPAuthority {
            userinfo: AMQPUserInfo {
                username: url.user.clone().unwrap_or_else(|| "guest".to_owned()),
                password: password.to_owned(),
            },
            host: host(url),
            port: url.address.port(),
        },
        vhost: if url.path.is_empty() { "/".to_owned() } else { url.path.clone() },
        query: lapin::uri::AMQPQueryString::default(),
    }
}
