//! A stream per test in JetStream.

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::stream::{Config, StorageType, Stream};
use async_nats::jetstream::{self, Context};
use hooktide_testkit::{unix_seconds, wait_until};
use serde_json::{Value, json};

use super::broker::Broker;
use super::claims::{Fetching, claims};
use crate::destinations::servers::{address, unique};

struct Nats {
    context: Context,
    stream: Stream,
    name: String,
}

async fn create(context: &Context, name: &str) -> Stream {
    let config = Config {
        name: name.to_owned(),
        subjects: vec![format!("{name}.>")],
        storage: StorageType::Memory,
        ..Config::default()
    };
    context.create_stream(config).await.unwrap()
}

impl Broker for Nats {
    const KIND: &'static str = "nats";
    const IS_KEYED: bool = true;
    const KEEPS_EARLY: bool = true;

    async fn start() -> Self {
        let client = async_nats::connect(address("nats", "127.0.0.1:4222")).await.unwrap();
        let (context, name) = (jetstream::new(client), unique("hooktide_feed"));
        let stream = create(&context, &name).await;
        Self { context, stream, name }
    }

    fn address(&self) -> String {
        address("nats", "127.0.0.1:4222")
    }

    fn config(&self, address: &str) -> Value {
        json!({ "url": format!("nats://{address}"), "stream": self.name, "consumer": "hooks" })
    }

    fn back(&self) -> Value {
        let (url, subject) = (format!("nats://{}", self.address()), format!("{}.back", self.name));
        json!({ "kind": "nats", "config": { "url": url, "subject": subject } })
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

#[tokio::test]
async fn stream_that_is_made_anew_is_read_from_its_beginning() {
    let mut fetching = Fetching::<Nats>::start(|_| {}).await;
    fetching.connected().await;
    fetching.broker.publish("{\"first\":1}").await;
    fetching.delivered("{\"first\":1}").await;
    let (context, name) = (fetching.broker.context.clone(), fetching.broker.name.clone());
    let _deleted = context.delete_stream(&name).await.unwrap();
    // Streams are told apart by the second in which they were made.
    let made_s = unix_seconds();
    wait_until("another second", async || (unix_seconds() > made_s).then_some(())).await;
    fetching.broker.stream = create(&context, &name).await;
    // Its number is that of the first one.
    fetching.broker.publish("{\"second\":1}").await;
    fetching.delivered("{\"second\":1}").await;
    fetching.broker.clean().await;
}
