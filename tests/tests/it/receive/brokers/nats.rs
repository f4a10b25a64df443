//! A stream per test in JetStream.

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::stream::{Config, StorageType, Stream};
use async_nats::jetstream::{self, Context};
use serde_json::{Value, json};

use super::broker::Broker;
use super::claims::claims;
use crate::destinations::servers::{address, unique};

struct Nats {
    context: Context,
    stream: Stream,
    name: String,
}

impl Broker for Nats {
    const KIND: &'static str = "nats";
    const IS_KEYED: bool = true;
    const KEEPS_EARLY: bool = true;

    async fn start() -> Self {
        let client = async_nats::connect(address("nats", "127.0.0.1:4222")).await.unwrap();
        let (context, name) = (jetstream::new(client), unique("hooktide_feed"));
        let config = Config {
            name: name.clone(),
            subjects: vec![format!("{name}.>")],
            storage: StorageType::Memory,
            ..Config::default()
        };
        let stream = context.create_stream(config).await.unwrap();
        Self { context, stream, name }
    }

    fn address(&self) -> String {
        address("nats", "127.0.0.1:4222")
    }

    fn config(&self, address: &str) -> Value {
        json!({ "url": format!("nats://{address}"), "stream": self.name, "consumer": "hooks" })
    }

    async fn publish(&mut self, body: &str) {
        let subject = format!("{}.paid", self.name);
        let sent = self.context.publish(subject, body.to_owned().into()).await.unwrap();
        let _stored = sent.await.unwrap();
    }

    async fn left(&mut self) -> usize {
        let mut consumer: PullConsumer = self.stream.get_consumer("hooks").await.unwrap();
        let info = consumer.info().await.unwrap();
        info.num_ack_pending + usize::try_from(info.num_pending).unwrap()
    }

    async fn clean(self) {
        let _deleted = self.context.delete_stream(&self.name).await.unwrap();
    }
}

claims!(Nats);
