//! Publishing at quality of service 1.

use bytes::Bytes;
use hooktide_model::message::HOPS_NAME;
use rumqttc::v5::mqttbytes::v5::{Packet, PubAck, PubAckReason, Publish, PublishProperties};
use rumqttc::v5::mqttbytes::{QoS, valid_topic};
use tokio::time::Instant;

use super::connection::{Connection, Session};
use crate::mapping::{Reading, Template};
use crate::seam::{Client, Done, Fault, Parcel, Secret, ServiceUrl, Shared};

/// One message is in flight at a time, so one number is enough.
const PACKET_ID: u16 = 1;
/// Longest topic: the protocol's string.
const TOPIC_BYTES_MAX: usize = 65_535;

pub(super) struct MqttClient {
    pub(super) url: ServiceUrl,
    pub(super) topic: Template,
    pub(super) value: Option<Template>,
    pub(super) is_retained: bool,
}

impl Client for MqttClient {
    type Connection = Connection;
    type Job = Packet;

    fn is_repeatable(&self) -> bool {
        false
    }

    fn secrets(&self) -> Vec<&Secret> {
        self.url.password.iter().collect()
    }

    fn prepare(&self, parcel: &Parcel) -> Result<Packet, Fault> {
        let reading = Reading::new(parcel);
        let topic = reading.render(&self.topic)?;
        if topic.is_empty() || topic.len() > TOPIC_BYTES_MAX || topic.contains('\0') || !valid_topic(&topic) {
            return Err(Fault::fail(format!(
                "`{topic}` is not a topic: it is empty, too long or has a wildcard"
            )));
        }
        let payload = match &self.value {
            Some(template) => Bytes::from(reading.render(template)?),
            None => parcel.payload.clone(),
        };
        let mut publish = Publish::new(topic, QoS::AtLeastOnce, payload, Some(properties(parcel)));
        publish.pkid = PACKET_ID;
        publish.retain = self.is_retained;
        Ok(Packet::Publish(publish))
    }

    async fn connect(&self, shared: &Shared, deadline: Instant) -> Result<Connection, Fault> {
        Connection::open(shared, &self.url, Session::OUTGOING, deadline).await
    }

    async fn act(
        &self,
        connection: &mut Connection,
        job: &Packet,
        _deadline: Instant,
    ) -> Result<Done, Fault> {
        connection.write(job).await?;
        match connection.read().await? {
            Packet::PubAck(answer) if answer.pkid == PACKET_ID => judge(&answer),
            _ => Err(Fault::lost("the broker answered with something other than an acknowledgement")),
        }
    }

    fn is_open(connection: &mut Connection) -> bool {
        connection.is_quiet()
    }

    async fn ended(connection: &mut Connection) {
        connection.wait_until_not_quiet().await;
    }
}

/// What a subscriber knows a repeated message by is the idempotency key.
fn properties(parcel: &Parcel) -> PublishProperties {
    let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    PublishProperties {
        content_type: Some(parcel.content_type.clone()),
        user_properties: vec![
            named("idempotency-key", &parcel.idempotency_key),
            named("webhook-id", &parcel.message_id),
            named("event-type", &parcel.event_type),
            named(HOPS_NAME, &parcel.hops.to_string()),
        ],
        ..PublishProperties::default()
    }
}

fn judge(answer: &PubAck) -> Result<Done, Fault> {
    use PubAckReason as Reason;
    let refused = format!("the broker refused the message: {:?}", answer.reason);
    match answer.reason {
        Reason::Success => Ok(Done::new("acknowledged by the broker")),
        Reason::NoMatchingSubscribers => Ok(Done::new("acknowledged by the broker; nobody is subscribed")),
        Reason::TopicNameInvalid | Reason::PayloadFormatInvalid | Reason::NotAuthorized => {
            Err(Fault::fail(refused))
        }
        Reason::UnspecifiedError
        | Reason::ImplementationSpecificError
        | Reason::PacketIdentifierInUse
        | Reason::QuotaExceeded => Err(Fault::retry(refused)),
    }
}
