//! A key, channel or stream per test in Redis.

use std::collections::HashMap;

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::fixture::{Fixture, Seen, Twice};
use crate::support::{OBSERVE, host_and_port, server_url, unique};

struct Server {
    url: url::Url,
    name: String,
    connection: MultiplexedConnection,
}

impl Server {
    async fn connect() -> Self {
        let url = server_url("redis", "redis://127.0.0.1:6379");
        let client = redis::Client::open(url.as_str()).unwrap();
        let connection = client
            .get_multiplexed_async_connection()
            .await
            .unwrap_or_else(|error| panic!("no Redis server at {url}: {error}"));
        Self { url, name: unique("hooktide_test"), connection }
    }

    fn address(&self) -> String {
        host_and_port(&self.url, 6379)
    }

    fn config(&self, server: &str, password: Option<&str>, command: &str, key: &str) -> Value {
        let password = password.map(|password| format!(":{password}@")).unwrap_or_default();
        json!({"url": format!("redis://{password}{server}/0"), "command": command, "key": key})
    }

    /// A list is in the way of every other type.
    async fn wrong_type(&self) {
        let mut connection = self.connection.clone();
        let name = format!("{}:list", self.name);
        redis::cmd("RPUSH").arg(name).arg("x").exec_async(&mut connection).await.unwrap();
    }

    async fn clean(&self) {
        let mut connection = self.connection.clone();
        let pattern = format!("{}*", self.name);
        let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await.unwrap();
        for key in keys {
            redis::cmd("DEL").arg(key).exec_async(&mut connection).await.unwrap();
        }
    }
}

pub(crate) struct Set(Server);

#[async_trait]
impl Fixture for Set {
    const KIND: &'static str = "redis";
    const TWICE: Twice = Twice::Once;

    async fn start() -> Self {
        Self(Server::connect().await)
    }

    fn server(&self) -> Option<String> {
        Some(self.0.address())
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        let key = format!("{}:{{{{ message_id }}}}", self.0.name);
        let mut config = self.0.config(server, password, "set", &key);
        config["ttl_s"] = json!(60);
        config
    }

    fn broken(&self) -> (Value, &'static str) {
        (self.0.config(&self.0.address(), None, "set", "{{ payload.nothing }}"), "payload.nothing")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        Some(parcel.payload.clone())
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        let mut connection = self.0.connection.clone();
        let key = format!("{}:{}", self.0.name, parcel.message_id);
        let value: Option<Vec<u8>> = redis::cmd("GET").arg(&key).query_async(&mut connection).await.unwrap();
        let ttl_s: i64 = redis::cmd("TTL").arg(&key).query_async(&mut connection).await.unwrap();
        assert!(value.is_none() || (1..=60).contains(&ttl_s), "{ttl_s}");
        value.into_iter().map(|value| Seen { content: value.into(), idempotency_key: None }).collect()
    }

    async fn clean(&self) {
        self.0.clean().await;
    }
}

pub(crate) struct Stream(Server);

#[async_trait]
impl Fixture for Stream {
    const KIND: &'static str = "redis";
    const TWICE: Twice = Twice::TwoWithOneKey;

    async fn start() -> Self {
        let server = Server::connect().await;
        server.wrong_type().await;
        Self(server)
    }

    fn server(&self) -> Option<String> {
        Some(self.0.address())
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        let mut config = self.0.config(server, password, "stream_add", &self.0.name);
        config["stream_entries_max"] = json!(1_000);
        config
    }

    fn broken(&self) -> (Value, &'static str) {
        let key = format!("{}:list", self.0.name);
        (self.0.config(&self.0.address(), None, "stream_add", &key), "WRONGTYPE")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        Some(parcel.payload.clone())
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        let mut connection = self.0.connection.clone();
        let mut range = redis::cmd("XRANGE");
        let entries: Vec<(String, HashMap<String, Vec<u8>>)> =
            range.arg(&self.0.name).arg("-").arg("+").query_async(&mut connection).await.unwrap();
        entries
            .into_iter()
            .map(|(_, fields)| fields)
            .filter(|fields| fields["message_id"] == parcel.message_id.as_bytes())
            .map(|fields| Seen {
                content: fields["payload"].clone().into(),
                idempotency_key: Some(String::from_utf8(fields["idempotency_key"].clone()).unwrap()),
            })
            .collect()
    }

    async fn clean(&self) {
        self.0.clean().await;
    }
}

/// A published message is only what a subscriber receives: one line of text tells which message it was.
pub(crate) struct Publish {
    server: Server,
    subscriber: Mutex<TcpStream>,
}

#[async_trait]
impl Fixture for Publish {
    const KIND: &'static str = "redis";
    const TWICE: Twice = Twice::TwoWithOneKey;

    async fn start() -> Self {
        let server = Server::connect().await;
        #[expect(clippy::disallowed_methods, reason = "the observer's own way to a server on loopback")]
        let mut subscriber = TcpStream::connect(server.address()).await.unwrap();
        let subscribe = format!("SUBSCRIBE {}\r\n", server.name);
        subscriber.write_all(subscribe.as_bytes()).await.unwrap();
        let expected =
            format!("*3\r\n$9\r\nsubscribe\r\n${}\r\n{}\r\n:1\r\n", server.name.len(), server.name);
        let mut answer = vec![0; expected.len()];
        subscriber.read_exact(&mut answer).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), expected);
        server.wrong_type().await;
        Self { server, subscriber: Mutex::new(subscriber) }
    }

    fn server(&self) -> Option<String> {
        Some(self.server.address())
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        let mut config = self.server.config(server, password, "publish", &self.server.name);
        config["value"] = json!("{{ message_id }} {{ idempotency_key }}");
        config
    }

    fn broken(&self) -> (Value, &'static str) {
        (
            self.server.config(&self.server.address(), None, "publish", "{{ payload.nothing }}"),
            "payload.nothing",
        )
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        Some(parcel.message_id.clone().into())
    }

    async fn seen(&self, parcel: &Parcel, count: usize) -> Vec<Seen> {
        let mut subscriber = self.subscriber.lock().await;
        let (mut bytes, mut seen) = (Vec::new(), Vec::new());
        while seen.len() < count {
            let read = timeout(OBSERVE, subscriber.read_buf(&mut bytes)).await.expect("a message in time");
            assert!(read.unwrap() > 0, "the subscription ended");
            let text = String::from_utf8_lossy(&bytes);
            let (whole_lines, _) = text.rsplit_once("\r\n").unwrap_or_default();
            seen = whole_lines
                .lines()
                .filter_map(|line| line.split_once(' '))
                .filter(|(id, _)| *id == parcel.message_id)
                .map(|(id, key)| Seen {
                    content: id.to_owned().into(),
                    idempotency_key: Some(key.to_owned()),
                })
                .collect();
        }
        seen
    }

    async fn clean(&self) {
        self.server.clean().await;
    }
}
