//! Publishing, and reading what the broker says about it.

use std::future::pending;

use bytes::Bytes;
use hooktide_model::message::HOPS_NAME;
use lapin::options::BasicPublishOptions;
use lapin::protocol::AMQPErrorKind;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Confirmation, Error, ErrorKind};
use tokio::time::Instant;

use super::config::SHORT_STRING_BYTES_MAX;
use super::connection::Connection;
use crate::mapping::{Reading, Template};
use crate::seam::{Client, Done, Fault, Parcel, Secret, ServiceUrl, Shared};

/// The protocol's number for a message that survives a restart of the broker.
const PERSISTENT: u8 = 2;
/// The broker's word for "in the alarm or stopped by an operator".
const CONNECTION_FORCED: u16 = 320;

pub(super) struct AmqpClient {
    pub(super) url: ServiceUrl,
    pub(super) exchange: String,
    pub(super) routing_key: Template,
    pub(super) value: Option<Template>,
    pub(super) is_mandatory: bool,
}

pub(super) struct Job {
    routing_key: String,
    payload: Bytes,
    properties: BasicProperties,
}

impl Client for AmqpClient {
    type Connection = Connection;
    type Job = Job;

    fn is_repeatable(&self) -> bool {
        false
    }

    fn secrets(&self) -> Vec<&Secret> {
        self.url.password.iter().collect()
    }

    fn prepare(&self, parcel: &Parcel) -> Result<Job, Fault> {
        let reading = Reading::new(parcel);
        let routing_key = reading.render(&self.routing_key)?;
        if routing_key.len() > SHORT_STRING_BYTES_MAX {
            return Err(Fault::fail(format!(
                "the routing key has {} bytes for this event and may have {SHORT_STRING_BYTES_MAX}",
                routing_key.len()
            )));
        }
        let payload = match &self.value {
            Some(template) => reading.render(template)?.into(),
            None => parcel.payload.clone(),
        };
        Ok(Job { routing_key, payload, properties: properties(parcel) })
    }

    async fn connect(&self, shared: &Shared, deadline: Instant) -> Result<Connection, Fault> {
        Connection::open(shared, &self.url, deadline).await
    }

    async fn act(&self, connection: &mut Connection, job: &Job, _deadline: Instant) -> Result<Done, Fault> {
        let options = BasicPublishOptions { mandatory: self.is_mandatory, immediate: false };
        let publish = connection.channel.basic_publish(
            self.exchange.as_str().into(),
            job.routing_key.as_str().into(),
            options,
            &job.payload,
            job.properties.clone(),
        );
        let confirmation = publish.await.map_err(|error| fault(&error))?;
        match confirmation.await.map_err(|error| fault(&error))? {
            Confirmation::Ack(None) => Ok(Done::new("confirmed by the broker")),
            Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned)) => {
                Err(Fault::fail(format!(
                    "no queue takes routing key `{}` of exchange `{}` ({}); bind one",
                    job.routing_key, self.exchange, returned.reply_text
                ))
                .with_code(returned.reply_code))
            }
            Confirmation::Nack(None) => Err(Fault::retry("the broker could not take the message")),
            Confirmation::NotRequested => Err(Fault::retry("the broker did not confirm the message")),
        }
    }

    fn is_open(connection: &mut Connection) -> bool {
        connection.is_open()
    }

    async fn ended(_connection: &mut Connection) {
        pending().await
    }
}

/// The message id is the idempotency key: what a consumer knows a repeated message by.
fn properties(parcel: &Parcel) -> BasicProperties {
    let mut headers = FieldTable::default();
    headers.insert("webhook-id".into(), AMQPValue::LongString(parcel.message_id.as_str().into()));
    headers.insert("attempt".into(), AMQPValue::LongUInt(parcel.attempt));
    headers.insert(HOPS_NAME.into(), AMQPValue::LongUInt(parcel.hops.into()));
    BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_message_id(short(&parcel.idempotency_key))
        .with_type(short(&parcel.event_type))
        .with_content_type(short(&parcel.content_type))
        .with_timestamp(u64::try_from(parcel.occurred_at_ms / 1_000).unwrap_or_default())
        .with_headers(headers)
}

fn short(text: &str) -> lapin::types::ShortString {
    text[..text.floor_char_boundary(SHORT_STRING_BYTES_MAX)].into()
}

pub(crate) fn fault(error: &Error) -> Fault {
    let ErrorKind::ProtocolError(said) = error.kind() else {
        return Fault::lost(format!("connection to the broker: {error}"));
    };
    let code = said.get_id();
    let detail = format!("broker {code}: {}", said.get_message());
    match said.kind() {
        // No such exchange, no permission, a precondition: somebody has to change something.
        AMQPErrorKind::Soft(_) => Fault::fail(detail),
        AMQPErrorKind::Hard(_) if code == CONNECTION_FORCED => Fault::lost(detail),
        AMQPErrorKind::Hard(_) => Fault::retry(detail),
    }
    .with_code(code)
}
