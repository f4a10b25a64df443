//! A topic per test in Mosquitto.

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnectProperties, Packet};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::broker::Broker;
use super::claims::claims;
use crate::destinations::servers::{address, unique};

/// Requests of a client; it makes one at a time.
const REQUESTS_MAX: usize = 4;
/// Ends what is left of a session.
const MARKER: &str = "{\"marker\":1}";

struct Mqtt {
    topic: String,
    client: AsyncClient,
    events: EventLoop,
}

fn options(client_id: &str) -> MqttOptions {
    let address = address("mqtt", "127.0.0.1:1883");
    let (host, port) = address.rsplit_once(':').unwrap();
    MqttOptions::new(client_id, host, port.parse().unwrap())
}

async fn packet(events: &mut EventLoop) -> Packet {
    loop {
        let event = timeout(hooktide_testkit::DEADLINE, events.poll()).await.expect("a packet in time");
        if let Event::Incoming(packet) = event.unwrap_or_else(|error| panic!("no MQTT broker: {error}")) {
            return packet;
        }
    }
}

impl Broker for Mqtt {
    const KIND: &'static str = "mqtt";
    const IS_KEYED: bool = false;
    const KEEPS_EARLY: bool = false;

    async fn start() -> Self {
        let topic = unique("hooktide_feed");
        let (client, events) = AsyncClient::new(options(&format!("{topic}_test")), REQUESTS_MAX);
        Self { topic, client, events }
    }

    fn address(&self) -> String {
        address("mqtt", "127.0.0.1:1883")
    }

    fn config(&self, address: &str) -> Value {
        let topic = format!("{}/#", self.topic);
        json!({ "url": format!("mqtt://{address}"), "topic": topic, "clientId": self.topic })
    }

    fn back(&self) -> Value {
        let (url, topic) = (format!("mqtt://{}", self.address()), format!("{}/back", self.topic));
        json!({ "kind": "mqtt", "config": { "url": url, "topic": topic } })
    }

    async fn publish(&mut self, body: &str) {
        let topic = format!("{}/orders", self.topic);
        self.client.publish(topic, QoS::AtLeastOnce, false, body.to_owned()).await.unwrap();
        while !matches!(packet(&mut self.events).await, Packet::PubAck(_)) {}
    }

    /// Takes the source's session over: what it had not acknowledged comes before the marker.
    async fn left(&mut self) -> usize {
        self.publish(MARKER).await;
        let mut options = options(&self.topic);
        options.set_clean_start(false);
        let properties = ConnectProperties { session_expiry_interval: Some(60), ..ConnectProperties::new() };
        options.set_connect_properties(properties);
        let (_client, mut events) = AsyncClient::new(options, REQUESTS_MAX);
        let mut count = 0;
        loop {
            if let Packet::Publish(message) = packet(&mut events).await {
                if message.payload == MARKER {
                    return count;
                }
                count += 1;
            }
        }
    }

    async fn clean(self) {
        // A clean start ends the session that the broker keeps.
        let (_client, mut events) = AsyncClient::new(options(&self.topic), REQUESTS_MAX);
        while !matches!(packet(&mut events).await, Packet::ConnAck(_)) {}
    }
}

claims!(Mqtt);
