//! The configuration: which exchange and routing key.

use serde::Deserialize;
use serde_json::Value;

use super::client::AmqpClient;
use crate::mapping::Template;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, ServiceScheme, ServiceUrl, fields};

/// Longest exchange name and routing key: the protocol's short string.
pub(crate) const SHORT_STRING_BYTES_MAX: usize = 255;

const PORTS: &[u16] = &[5671, 5672];
pub(crate) const SCHEMES: &[ServiceScheme] = &[
    ServiceScheme { name: "amqp", port: 5672, is_tls: false, service_ports: PORTS },
    ServiceScheme { name: "amqps", port: 5671, is_tls: true, service_ports: PORTS },
];

pub(super) const FIELDS: &[Field] = &[
    Field::required(
        "url",
        Form::Url,
        "amqp://user:password@host:5672/vhost, or amqps:// for TLS; without a path the virtual host is /",
    ),
    Field::optional(
        "exchange",
        Form::Text { bytes_max: SHORT_STRING_BYTES_MAX },
        "the exchange; default: the default exchange, which routes to the queue named by the routing key",
    ),
    Field::required("routing_key", Form::Template, "the routing key, or the queue's name"),
    Field::optional("value", Form::Template, "what is published; default: the payload as it is"),
    Field::optional(
        "mandatory",
        Form::Flag,
        "a message that no queue takes has failed; default: true. With false it is lost in silence",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "amqps://hooktide:secret@rabbit.example.com/shop",
  "exchange": "webhooks",
  "routing_key": "stripe.{{ event_type }}"
}"#;

#[derive(Deserialize)]
struct Config {
    url: String,
    exchange: Option<String>,
    routing_key: Template,
    value: Option<Template>,
    mandatory: Option<bool>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let url = ServiceUrl::parse(&config.url, SCHEMES, &policy.guard).map_err(|mistake| vec![mistake])?;
    Ok(Checked::client(AmqpClient {
        url,
        exchange: config.exchange.unwrap_or_default(),
        routing_key: config.routing_key,
        value: config.value,
        is_mandatory: config.mandatory.unwrap_or(true),
    }))
}
