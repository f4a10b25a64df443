//! The feed: a consumer on a connection of its own.

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use lapin::message::Delivery as Message;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable};

use crate::feeds::{BATCH_MAX, Delivery, Feed, Headers, Opening};
use crate::kinds::amqp::{Connection, fault};
use crate::seam::{BoxFuture, Fault, ServiceUrl};

/// What is consumed.
pub(super) struct Consumed {
    pub(super) url: ServiceUrl,
    pub(super) queue: String,
    pub(super) prefetch: u16,
}

pub(super) struct Consuming {
    queue: String,
    consumer: lapin::Consumer,
    /// The last batch that was handed out.
    given: Vec<Message>,
    // Dropped last: the broker takes back what is not acknowledged.
    _connection: Connection,
}

impl Consuming {
    pub(super) async fn open(consumed: &Consumed, opening: &Opening) -> Result<Self, Fault> {
        let connection = Connection::open(&opening.shared, &consumed.url, opening.deadline).await?;
        let channel = &connection.channel;
        let prefetch = channel.basic_qos(consumed.prefetch, BasicQosOptions::default());
        prefetch.await.map_err(|error| fault(&error))?;
        let options = BasicConsumeOptions::default();
        let queue = consumed.queue.as_str().into();
        let consumer = channel.basic_consume(queue, "".into(), options, FieldTable::default());
        let consumer = consumer.await.map_err(|error| fault(&error))?;
        Ok(Self { queue: consumed.queue.clone(), consumer, given: Vec::new(), _connection: connection })
    }

    /// What the broker has sent, and at least one message.
    async fn receive(&mut self) -> Result<Vec<Delivery>, Fault> {
        let gone = || Fault::lost(format!("the broker no longer sends from queue {}", self.queue));
        let first = self.consumer.next().await.ok_or_else(gone)?.map_err(|error| fault(&error))?;
        // From here to the end nothing waits, so that no message is lost from sight.
        let mut given = vec![first];
        while given.len() < BATCH_MAX
            && let Some(Some(Ok(message))) = self.consumer.next().now_or_never()
        {
            given.push(message);
        }
        let deliveries = given.iter_mut().map(|message| delivery(&self.queue, message)).collect();
        self.given = given;
        Ok(deliveries)
    }
}

impl Feed for Consuming {
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Delivery>, Fault>> {
        Box::pin(self.receive())
    }

    fn settle<'a>(&'a mut self, taken: &'a [bool]) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let given = std::mem::take(&mut self.given);
            for (message, is_taken) in given.iter().zip(taken) {
                let told = if *is_taken {
                    message.acker.ack(BasicAckOptions::default()).await
                } else {
                    message.acker.nack(BasicNackOptions { multiple: false, requeue: true }).await
                };
                if !told.map_err(|error| fault(&error))? {
                    return Err(Fault::lost("the channel ended before a message was acknowledged"));
                }
            }
            Ok(())
        })
    }
}

/// The event. The bytes leave the message: only its tag is needed from now on.
fn delivery(queue: &str, message: &mut Message) -> Delivery {
    let properties = &message.properties;
    let mut headers = Headers::default()
        .fact("amqp-queue", queue)
        .fact("amqp-exchange", message.exchange.as_str())
        .fact("amqp-routing-key", message.routing_key.as_str());
    let message_id = properties.message_id().as_ref().map(|id| id.as_str().to_owned());
    if let Some(id) = &message_id {
        headers = headers.fact("amqp-message-id", id.as_str());
    }
    for (name, property) in [("content-type", properties.content_type()), ("event-type", properties.kind())] {
        if let Some(text) = property {
            headers.sent(name, text.as_str());
        }
    }
    for (name, value) in properties.headers().iter().flat_map(|table| table.inner()) {
        if let Some(text) = text(value) {
            headers.sent(name.as_str(), text);
        }
    }
    Delivery {
        place: format!("/{queue}"),
        headers: headers.into_lines(),
        body: Bytes::from(std::mem::take(&mut message.data)),
        key: message_id,
    }
}

/// Values that are text or numbers; the others have no one way of being written.
fn text(value: &AMQPValue) -> Option<Vec<u8>> {
    match value {
        AMQPValue::LongString(text) => Some(text.as_bytes().to_vec()),
        AMQPValue::ShortString(text) => Some(text.as_str().into()),
        AMQPValue::Boolean(flag) => Some(flag.to_string().into()),
        AMQPValue::LongInt(number) => Some(number.to_string().into()),
        AMQPValue::LongUInt(number) => Some(number.to_string().into()),
        AMQPValue::LongLongInt(number) => Some(number.to_string().into()),
        _ => None,
    }
}
