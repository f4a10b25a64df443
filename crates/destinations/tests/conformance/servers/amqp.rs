//! A queue per test in RabbitMQ.

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use lapin::options::{BasicGetOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::fixture::{Fixture, Seen, Twice};
use crate::support::{host_and_port, server_url, unique};

pub(crate) struct Amqp {
    url: url::Url,
    queue: String,
    _connection: Connection,
    channel: Channel,
    /// Everything taken from the queue so far, with the webhook id of each.
    taken: Mutex<Vec<(String, Seen)>>,
}

#[async_trait]
impl Fixture for Amqp {
    const KIND: &'static str = "amqp";
    const TWICE: Twice = Twice::TwoWithOneKey;

    async fn start() -> Self {
        let url = server_url("amqp", "amqp://guest:guest@127.0.0.1:5672");
        let connection = Connection::connect(url.as_str(), ConnectionProperties::default())
            .await
            .unwrap_or_else(|error| panic!("no AMQP broker at {url}: {error}"));
        let channel = connection.create_channel().await.unwrap();
        let queue = unique("hooktide_test");
        let options = QueueDeclareOptions::default();
        channel.queue_declare(queue.as_str().into(), options, FieldTable::default()).await.unwrap();
        Self { url, queue, _connection: connection, channel, taken: Mutex::default() }
    }

    fn server(&self) -> Option<String> {
        Some(host_and_port(&self.url, 5672))
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        let password = password.unwrap_or(self.url.password().unwrap());
        let url = format!("amqp://{}:{password}@{server}", self.url.username());
        json!({"url": url, "routing_key": self.queue})
    }

    fn broken(&self) -> (Value, &'static str) {
        let mut config = self.config(&self.server().unwrap(), None);
        config["routing_key"] = json!("no_such_queue");
        (config, "no queue takes")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        Some(parcel.payload.clone())
    }

    async fn seen(&self, parcel: &Parcel, _count: usize) -> Vec<Seen> {
        // What was confirmed is in the queue, so an empty queue means that nothing more comes.
        let mut taken = self.taken.lock().await;
        let options = BasicGetOptions { no_ack: true };
        while let Some(got) = self.channel.basic_get(self.queue.as_str().into(), options).await.unwrap() {
            let properties = &got.delivery.properties;
            let header = |name| properties.headers().as_ref().unwrap().inner().get(name).unwrap().clone();
            let id = header("webhook-id").as_long_string().unwrap().to_string();
            let key = properties.message_id().as_ref().unwrap().to_string();
            assert_eq!(*properties.delivery_mode(), Some(2));
            taken.push((id, Seen { content: got.delivery.data.clone().into(), idempotency_key: Some(key) }));
        }
        taken.iter().filter(|(id, _)| *id == parcel.message_id).map(|(_, seen)| seen.clone()).collect()
    }

    async fn clean(&self) {
        self.channel.queue_delete(self.queue.as_str().into(), QueueDeleteOptions::default()).await.unwrap();
    }
}
