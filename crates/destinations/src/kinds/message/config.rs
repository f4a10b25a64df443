//! The configuration: which application, which type, which channels.

use std::fmt::Display;

use hooktide_model::name::CHANNELS_MAX;
use hooktide_model::{Channel, EventTypeName};
use serde::Deserialize;
use serde_json::Value;

use crate::mapping::Template;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, fields};

/// Most bytes of an id, a uid or a channel in the configuration.
const NAME_BYTES_MAX: usize = 256;

const NAME: Form = Form::Text { bytes_max: NAME_BYTES_MAX };

pub(super) const FIELDS: &[Field] = &[
    Field::required("application", NAME, "the application's id or uid, in the same organisation").aiming(),
    Field::optional("event_type", Form::Template, "the type of the published message; default: the same"),
    Field::optional(
        "channels",
        Form::List { of: &NAME, items_max: CHANNELS_MAX },
        "the channels that it is published on; default: none",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "application": "billing",
  "event_type": "billing.{{ event_type }}",
  "channels": ["region-eu"]
}"#;

#[derive(Deserialize)]
struct Config {
    application: String,
    event_type: Option<Template>,
    channels: Option<Vec<String>>,
}

/// Where a message is published.
#[derive(Debug, Clone)]
pub struct MessageOptions {
    /// Id or uid.
    pub application: String,
    /// What makes its type; `None` for the same.
    pub event_type: Option<Template>,
    /// Its channels.
    pub channels: Vec<Channel>,
}

pub(super) fn check(config: &Value, _policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let mut mistakes = Vec::new();
    let mut channels = Vec::new();
    for (index, text) in config.channels.iter().flatten().enumerate() {
        match Channel::parse(text) {
            Ok(channel) => channels.push(channel),
            Err(error) => mistakes.push(mistake(format!("channels.{index}"), "a channel", &error)),
        }
    }
    let literal = config.event_type.as_ref().and_then(Template::as_literal);
    if let Some(Err(error)) = literal.map(EventTypeName::parse) {
        mistakes.push(mistake("event_type".to_owned(), "an event type", &error));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let Config { application, event_type, .. } = config;
    Ok(Checked::message(MessageOptions { application, event_type, channels }))
}

fn mistake(path: String, noun: &str, error: &dyn Display) -> ConfigMistake {
    ConfigMistake::new(path, format!("cannot be the name of {noun}"), error.to_string())
}
