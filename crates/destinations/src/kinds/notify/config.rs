//! The configuration: which service, where, and what is said.

use serde::Deserialize;
use serde_json::Value;

use super::client::NotifyClient;
use super::services::{self, Service};
use crate::mapping::Template;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, Secret, Web, fields};

/// Most bytes of a chat's or topic's name.
const NAME_BYTES_MAX: usize = 256;
/// Most tags of a message.
const TAGS_MAX: usize = 10;
/// What is said where the endpoint says nothing.
const TEXT: &str = "{{ event_type }} ({{ message_id }})";

const NAME: Form = Form::Text { bytes_max: NAME_BYTES_MAX };

pub(super) const FIELDS: &[Field] = &[
    Field::required("service", Form::Choice(services::NAMES), "who carries the message").aiming(),
    Field::optional(
        "webhook_url",
        Form::Secret,
        "slack, discord, teams: the incoming webhook's url; whoever knows it can post, so it is never shown",
    ),
    Field::optional(
        "url",
        Form::Url,
        "telegram, ntfy: a server of your own; default: https://api.telegram.org, https://ntfy.sh",
    ),
    Field::optional("bot_token", Form::Secret, "telegram: the bot's token"),
    Field::optional("chat_id", NAME, "telegram: the chat's number, or @name of a channel"),
    Field::optional("topic", NAME, "ntfy: the topic"),
    Field::optional("token", Form::Secret, "ntfy: an access token, where the topic needs one"),
    Field::optional("title", Form::Template, "ntfy: the title; default: none"),
    Field::optional("priority", Form::Integer { min: 1, max: 5 }, "ntfy: from 1 to 5; default: 3"),
    Field::optional("tags", Form::List { of: &NAME, items_max: TAGS_MAX }, "ntfy: tags; some become emojis"),
    Field::optional(
        "text",
        Form::Template,
        "what is said; cut where it is too long for the service; default: the event's type and message id",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "service": "slack",
  "webhook_url": "https://hooks.slack.com/services/T000/B000/secret",
  "text": "order {{ payload.data.object.id }} was paid"
}"#;

/// What was configured; which of it a service takes is the service's to say.
#[derive(Deserialize)]
pub(super) struct Config {
    pub(super) service: Service,
    pub(super) webhook_url: Option<Secret>,
    pub(super) url: Option<String>,
    pub(super) bot_token: Option<Secret>,
    pub(super) chat_id: Option<String>,
    pub(super) topic: Option<String>,
    pub(super) token: Option<Secret>,
    pub(super) title: Option<Template>,
    pub(super) priority: Option<u8>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) text: Option<Template>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let mut config: Config = fields::read(FIELDS, config)?;
    let mut mistakes = misplaced(&config);
    let url = config.service.url(&config, policy).map_err(|mistake| mistakes.push(mistake)).ok();
    let default = || Template::parse(TEXT).map_err(|error| mistake_of_ours(&error.to_string()));
    let text = match config.text.take() {
        Some(text) => text,
        None => default()?,
    };
    match url {
        Some(url) if mistakes.is_empty() => {
            Ok(Checked::client(Web(NotifyClient { url: std::sync::Arc::new(url), text, config })))
        }
        _ => Err(mistakes),
    }
}

fn mistake_of_ours(what: &str) -> Vec<ConfigMistake> {
    vec![ConfigMistake::new("text", format!("has a default that does not parse: {what}"), "set it")]
}

/// Fields that the service needs and lacks, or has no use for.
fn misplaced(config: &Config) -> Vec<ConfigMistake> {
    let set = [
        ("webhook_url", config.webhook_url.is_some()),
        ("url", config.url.is_some()),
        ("bot_token", config.bot_token.is_some()),
        ("chat_id", config.chat_id.is_some()),
        ("topic", config.topic.is_some()),
        ("token", config.token.is_some()),
        ("title", config.title.is_some()),
        ("priority", config.priority.is_some()),
        ("tags", config.tags.is_some()),
    ];
    let (needed, used) = (config.service.needed(), config.service.used());
    set.into_iter()
        .filter_map(|(name, is_set)| match (is_set, needed.contains(&name)) {
            (false, true) => Some(ConfigMistake::new(name, "is missing", "this service needs it")),
            (true, false) if !used.contains(&name) => {
                Some(ConfigMistake::new(name, "means nothing for this service", "remove it"))
            }
            _ => None,
        })
        .collect()
}
