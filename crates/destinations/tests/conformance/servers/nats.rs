//! A stream per test in JetStream, and a subject with a subscriber for core NATS.

use async_nats::Subscriber;
use async_nats::jetstream::stream::{Config, StorageType, Stream};
use async_nats::jetstream::{self, Context};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use hooktide_destinations::seam::Parcel;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::fixture::{Fixture, Seen, Twice};
use crate::support::{OBSERVE, host_and_port, server_url, unique};

/// Room for the headers in a message of the largest size.
const HEADER_BYTES: usize = 1_024;

struct Server {
    url: url::Url,
    subject: String,
    client: async_nats::Client,
}

impl Server {
    async fn connect() -> Self {
        let url = server_url("nats", "nats://127.0.0.1:4222");
        let client = async_nats::connect(url.as_str())
            .await
            .unwrap_or_else(|error| panic!("no NATS server at {url}: {error}"));
        Self { url, subject: unique("hooktide_test"), client }
    }

    fn address(&self) -> String {
        host_and_port(&self.url, 4222)
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        let login = password.map(|password| format!("me:{password}@")).unwrap_or_default();
        let subject = format!("{}.{{{{ event_type }}}}", self.subject);
        json!({"url": format!("nats://{login}{server}"), "subject": subject})
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        let fits = parcel.payload.len() + HEADER_BYTES <= self.client.max_payload();
        fits.then(|| parcel.payload.clone())
    }
}

pub(crate) struct JetStream {
    server: Server,
    context: Context,
    stream: Stream,
}

#[async_trait]
impl Fixture for JetStream {
    const KIND: &'static str = "nats";
    const TWICE: Twice = Twice::Once;

    async fn start() -> Self {
        let server = Server::connect().await;
        let context = jetstream::new(server.client.clone());
        let config = Config {
            name: server.subject.clone(),
            subjects: vec![format!("{}.>", server.subject)],
            storage: StorageType::Memory,
            ..Config::default()
        };
        let stream = context.create_stream(config).await.unwrap();
        Self { server, context, stream }
    }

    fn server(&self) -> Option<String> {
        Some(self.server.address())
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        self.server.config(server, password)
    }

    fn broken(&self) -> (Value, &'static str) {
        let mut config = self.server.config(&self.server.address(), None);
        config["subject"] = json!(format!("no_stream_{}", self.server.subject));
        (config, "no stream takes")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        self.server.expected(parcel)
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        let last = self.stream.get_info().await.unwrap().state.last_sequence;
        let mut seen = Vec::new();
        for sequence in 1..=last {
            let message = self.stream.get_raw_message(sequence).await.unwrap();
            let header = |name| message.headers.get(name).map(|value| value.as_str().to_owned());
            if header("webhook-id").as_ref() == Some(&parcel.message_id) {
                seen.push(Seen { content: message.payload.clone(), idempotency_key: header("Nats-Msg-Id") });
            }
        }
        seen
    }

    async fn clean(&self) {
        self.context.delete_stream(&self.server.subject).await.unwrap();
    }
}

pub(crate) struct Core {
    server: Server,
    received: Mutex<(Subscriber, Vec<async_nats::Message>)>,
}

#[async_trait]
impl Fixture for Core {
    const KIND: &'static str = "nats";
    const TWICE: Twice = Twice::TwoWithOneKey;

    async fn start() -> Self {
        let server = Server::connect().await;
        let subscriber = server.client.subscribe(format!("{}.>", server.subject)).await.unwrap();
        server.client.flush().await.unwrap();
        Self { server, received: Mutex::new((subscriber, Vec::new())) }
    }

    fn server(&self) -> Option<String> {
        Some(self.server.address())
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        let mut config = self.server.config(server, password);
        config["jetstream"] = json!(false);
        config
    }

    fn broken(&self) -> (Value, &'static str) {
        let mut config = self.config(&self.server.address(), None);
        config["subject"] = json!("all.*");
        (config, "is not a subject")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        self.server.expected(parcel)
    }

    async fn seen(&self, parcel: &Parcel, count: usize) -> Vec<Seen> {
        let (subscriber, received) = &mut *self.received.lock().await;
        let header = |message: &async_nats::Message, name| {
            message
                .headers
                .as_ref()
                .and_then(|headers| headers.get(name))
                .map(|value| value.as_str().to_owned())
        };
        loop {
            let mine = received
                .iter()
                .filter(|message| header(message, "webhook-id").as_ref() == Some(&parcel.message_id));
            let seen: Vec<_> = mine
                .map(|message| Seen {
                    content: message.payload.clone(),
                    idempotency_key: header(message, "Nats-Msg-Id"),
                })
                .collect();
            if seen.len() >= count {
                return seen;
            }
            received.push(timeout(OBSERVE, subscriber.next()).await.expect("a message in time").unwrap());
        }
    }

    async fn clean(&self) {}
}
