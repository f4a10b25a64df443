//! A queue per test in RabbitMQ.

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use serde_json::{Value, json};

use super::broker::Broker;
use super::claims::claims;
use crate::destinations::servers::{address, unique};

struct Amqp {
    queue: String,
    channel: Channel,
    _connection: Connection,
}

impl Amqp {
    /// How many messages are in the queue, and how many consumers.
    async fn state(&self) -> (u32, u32) {
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let declared = self.channel.queue_declare(self.queue.as_str().into(), options, FieldTable::default());
        let queue = declared.await.unwrap();
        (queue.message_count(), queue.consumer_count())
    }
}

impl Broker for Amqp {
    const KIND: &'static str = "amqp";
    const IS_KEYED: bool = true;
    const KEEPS_EARLY: bool = true;

    async fn start() -> Self {
        let url = format!("amqp://guest:guest@{}", address("amqp", "127.0.0.1:5672"));
        let connection = Connection::connect(&url, ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        let queue = unique("hooktide_feed");
        let options = QueueDeclareOptions::default();
        let _queue =
            channel.queue_declare(queue.as_str().into(), options, FieldTable::default()).await.unwrap();
        Self { queue, channel, _connection: connection }
    }

    fn address(&self) -> String {
        address("amqp", "127.0.0.1:5672")
    }

    fn config(&self, address: &str) -> Value {
        json!({ "url": format!("amqp://guest:guest@{address}"), "queue": self.queue })
    }

    fn back(&self) -> Value {
        let url = format!("amqp://guest:guest@{}", self.address());
        json!({ "kind": "amqp", "config": { "url": url, "routing_key": self.queue } })
    }

    async fn publish(&mut self, body: &str) {
        let id = unique("message");
        let properties = BasicProperties::default().with_message_id(id.as_str().into());
        let options = BasicPublishOptions::default();
        let sent = self.channel.basic_publish(
            "".into(),
            self.queue.as_str().into(),
            options,
            body.as_bytes(),
            properties,
        );
        let confirmation = sent.await.unwrap().await.unwrap();
        assert!(confirmation.is_ack());
    }

    async fn left(&mut self) -> usize {
        // With the consumer's end the broker has taken back what it had not acknowledged.
        let this = &*self;
        let count = hooktide_testkit::wait_until("the consumer's end", async || {
            let (messages, consumers) = this.state().await;
            (consumers == 0).then_some(messages)
        });
        usize::try_from(count.await).unwrap()
    }

    async fn clean(self) {
        let options = QueueDeleteOptions::default();
        let _count = self.channel.queue_delete(self.queue.as_str().into(), options).await.unwrap();
    }
}

claims!(Amqp);
