//! The configuration: which subject, and whether a stream has to acknowledge.

use serde::Deserialize;
use serde_json::Value;

use super::client::{NatsClient, Server};
use crate::mapping::Template;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, Secret, ServiceScheme, ServiceUrl, fields};

const PORTS: &[u16] = &[4222];
pub(crate) const SCHEMES: &[ServiceScheme] = &[
    ServiceScheme { name: "nats", port: 4222, is_tls: false, service_ports: PORTS },
    ServiceScheme { name: "tls", port: 4222, is_tls: true, service_ports: PORTS },
];

pub(super) const FIELDS: &[Field] = &[
    Field::required("url", Form::Url, "nats://user:password@host:4222, or tls:// for TLS"),
    Field::optional("token", Form::Secret, "a token, for servers that want one instead of user and password"),
    Field::required("subject", Form::Template, "the subject; no spaces, wildcards or empty parts"),
    Field::optional("value", Form::Template, "what is published; default: the payload as it is"),
    Field::optional(
        "jetstream",
        Form::Flag,
        "wait until a stream has stored the message; default: true. Without it nobody needs to be listening",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "tls://hooktide:secret@nats.example.com",
  "subject": "billing.{{ event_type }}"
}"#;

#[derive(Deserialize)]
struct Config {
    url: String,
    token: Option<Secret>,
    subject: Template,
    value: Option<Template>,
    jetstream: Option<bool>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let url = ServiceUrl::parse(&config.url, SCHEMES, &policy.guard).map_err(|mistake| vec![mistake])?;
    Ok(Checked::client(NatsClient {
        server: server(url, config.token).map_err(|mistake| vec![mistake])?,
        subject: config.subject,
        value: config.value,
        is_jetstream: config.jetstream.unwrap_or(true),
    }))
}

/// The server, with one way to log in.
pub(crate) fn server(url: ServiceUrl, token: Option<Secret>) -> Result<Server, ConfigMistake> {
    if token.is_some() && url.user.is_some() {
        return Err(ConfigMistake::new("token", "stands beside a user in the url", "keep one of the two"));
    }
    Ok(Server { url, token })
}
