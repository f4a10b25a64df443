//! A topic per test in Mosquitto, with a subscriber that was there first.

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, Publish};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::fixture::{Fixture, Seen, Twice};
use crate::support::{OBSERVE, host_and_port, server_url, unique};

/// Requests of the observer; it subscribes once.
const REQUESTS_MAX: usize = 4;

/// More than the largest parcel of the suite.
const PACKET_BYTES_MAX: u32 = 4 * 1024 * 1024;

pub(crate) struct Mqtt {
    url: url::Url,
    topic: String,
    _client: AsyncClient,
    received: Mutex<(EventLoop, Vec<Publish>)>,
}

async fn next(events: &mut EventLoop) -> Packet {
    loop {
        let event = timeout(OBSERVE, events.poll()).await.expect("a packet in time");
        if let Event::Incoming(packet) = event.unwrap_or_else(|error| panic!("no MQTT broker: {error}")) {
            return packet;
        }
    }
}

fn property<'a>(publish: &'a Publish, wanted: &str) -> &'a str {
    let properties = &publish.properties.as_ref().unwrap().user_properties;
    properties.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).unwrap()
}

#[async_trait]
impl Fixture for Mqtt {
    const KIND: &'static str = "mqtt";
    const TWICE: Twice = Twice::TwoWithOneKey;

    async fn start() -> Self {
        let url = server_url("mqtt", "mqtt://127.0.0.1:1883");
        let topic = unique("hooktide_test");
        let mut options = MqttOptions::new(&topic, url.host_str().unwrap(), url.port().unwrap_or(1883));
        options.set_max_packet_size(Some(PACKET_BYTES_MAX));
        let (client, mut events) = AsyncClient::new(options, REQUESTS_MAX);
        client.subscribe(format!("{topic}/#"), QoS::AtLeastOnce).await.unwrap();
        while !matches!(next(&mut events).await, Packet::SubAck(_)) {}
        Self { url, topic, _client: client, received: Mutex::new((events, Vec::new())) }
    }

    fn server(&self) -> Option<String> {
        Some(host_and_port(&self.url, 1883))
    }

    fn config(&self, server: &str, password: Option<&str>) -> Value {
        let login = password.map(|password| format!("me:{password}@")).unwrap_or_default();
        json!({"url": format!("mqtt://{login}{server}"), "topic": format!("{}/{{{{ event_type }}}}", self.topic)})
    }

    fn broken(&self) -> (Value, &'static str) {
        let mut config = self.config(&self.server().unwrap(), None);
        config["topic"] = json!("all/#");
        (config, "is not a topic")
    }

    fn expected(&self, parcel: &Parcel) -> Option<Bytes> {
        Some(parcel.payload.clone())
    }

    async fn seen(&self, parcel: &Parcel, count: usize) -> Vec<Seen> {
        let (events, received) = &mut *self.received.lock().await;
        let mine = |received: &[Publish]| -> Vec<Seen> {
            received
                .iter()
                .filter(|publish| property(publish, "webhook-id") == parcel.message_id)
                .map(|publish| Seen {
                    content: publish.payload.clone(),
                    idempotency_key: Some(property(publish, "idempotency-key").to_owned()),
                })
                .collect()
        };
        while mine(received).len() < count {
            if let Packet::Publish(publish) = next(events).await {
                received.push(publish);
            }
        }
        mine(received)
    }

    async fn clean(&self) {}
}
