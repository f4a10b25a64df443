//! The configuration: which topics, as which client.

use std::sync::Arc;

use rumqttc::v5::mqttbytes::valid_filter;
use serde::Deserialize;
use serde_json::Value;

use super::subscriber::{Subscribed, Subscriber};
use crate::feeds::{Feed, FeedOpener};
use crate::kinds::mqtt::SCHEMES;
use crate::seam::{ConfigMistake, Field, Form, Policy, ServiceUrl, fields};

/// Longest topic filter.
const TOPIC_BYTES_MAX: usize = 1024;
/// Longest client id; brokers need not take longer ones than 23 bytes, but most do.
const CLIENT_ID_BYTES_MAX: usize = 128;

pub(super) const FIELDS: &[Field] = &[
    Field::required("url", Form::Url, "mqtt://user:password@host:1883, or mqtts:// for TLS"),
    Field::required(
        "topic",
        Form::Text { bytes_max: TOPIC_BYTES_MAX },
        "the topic filter, such as shop/+/orders/#",
    ),
    Field::required(
        "clientId",
        Form::Text { bytes_max: CLIENT_ID_BYTES_MAX },
        "the name under which the broker keeps what comes in meanwhile; no other client may have it",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "mqtts://hooktide:secret@mqtt.example.com",
  "topic": "shop/+/orders/#",
  "clientId": "hooktide-orders"
}"#;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    url: String,
    topic: String,
    client_id: String,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<FeedOpener, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let mut mistakes = Vec::new();
    if !valid_filter(&config.topic) {
        let mend = "write levels between slashes, + for one level, # for all that follow";
        mistakes.push(ConfigMistake::new("topic", "is not a topic filter", mend));
    }
    let url = ServiceUrl::parse(&config.url, SCHEMES, &policy.guard);
    let url = url.map_err(|mistake| mistakes.push(mistake)).ok();
    let url = url.filter(|_| mistakes.is_empty()).ok_or(mistakes)?;
    let secrets = url.password.iter().cloned().collect();
    let subscribed = Arc::new(Subscribed { url, topic: config.topic, client_id: config.client_id });
    Ok(FeedOpener::new(secrets, move |opening| {
        let subscribed = Arc::clone(&subscribed);
        async move { Ok(Box::new(Subscriber::open(&subscribed, &opening).await?) as Box<dyn Feed>) }
    }))
}
