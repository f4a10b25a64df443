//! The configuration: which topic.

use serde::Deserialize;
use serde_json::Value;

use super::client::MqttClient;
use crate::mapping::Template;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, ServiceScheme, ServiceUrl, fields};

const PORTS: &[u16] = &[1883, 8883];
pub(crate) const SCHEMES: &[ServiceScheme] = &[
    ServiceScheme { name: "mqtt", port: 1883, is_tls: false, service_ports: PORTS },
    ServiceScheme { name: "mqtts", port: 8883, is_tls: true, service_ports: PORTS },
];

pub(super) const FIELDS: &[Field] = &[
    Field::required("url", Form::Url, "mqtt://user:password@host:1883, or mqtts:// for TLS"),
    Field::required("topic", Form::Template, "the topic; no wildcards"),
    Field::optional("value", Form::Template, "what is published; default: the payload as it is"),
    Field::optional("retain", Form::Flag, "the broker keeps it for later subscribers; default: false"),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "mqtts://hooktide:secret@mqtt.example.com",
  "topic": "shop/{{ event_type }}/{{ payload.data.object.id }}"
}"#;

#[derive(Deserialize)]
struct Config {
    url: String,
    topic: Template,
    value: Option<Template>,
    retain: Option<bool>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let url = ServiceUrl::parse(&config.url, SCHEMES, &policy.guard).map_err(|mistake| vec![mistake])?;
    Ok(Checked::client(MqttClient {
        url,
        topic: config.topic,
        value: config.value,
        is_retained: config.retain.unwrap_or(false),
    }))
}
