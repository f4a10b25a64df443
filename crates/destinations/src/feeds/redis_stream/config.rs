//! The configuration: which stream, as whom.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::reader::{Reader, Stream};
use crate::feeds::{Feed, FeedOpener};
use crate::kinds::redis::{SCHEMES, database};
use crate::seam::{ConfigMistake, Field, Form, Policy, Secret, ServiceUrl, fields};

/// Longest name.
const NAME_BYTES_MAX: usize = 512;
const NAME: Form = Form::Text { bytes_max: NAME_BYTES_MAX };

pub(super) const FIELDS: &[Field] = &[
    Field::required("url", Form::Url, "redis://user:password@host:6379/0, or rediss:// for TLS"),
    Field::optional("password", Form::Secret, "the password, where it is not in the url"),
    Field::required("stream", NAME, "the key of the stream"),
    Field::required("group", NAME, "the consumer group; it is made if it is not there, with the stream"),
    Field::optional(
        "consumer",
        NAME,
        "the name in the group; default: hooktide. Each source of a group needs its own, and keeps it",
    ),
    Field::optional(
        "from",
        Form::Choice(&["beginning", "now"]),
        "where a group that is made begins; default: beginning",
    ),
    Field::optional(
        "payloadField",
        NAME,
        "the field that is the payload; default: payload. An entry without it becomes a JSON object of its fields",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "rediss://hooktide:secret@cache.example.com/0",
  "stream": "orders",
  "group": "webhooks"
}"#;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    url: String,
    password: Option<Secret>,
    stream: String,
    group: String,
    consumer: Option<String>,
    from: Option<String>,
    payload_field: Option<String>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<FeedOpener, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let url = ServiceUrl::parse(&config.url, SCHEMES, &policy.guard).map_err(|mistake| vec![mistake])?;
    let database = database(&url).map_err(|mistake| vec![mistake])?;
    let secrets = config.password.iter().chain(&url.password).cloned().collect();
    let stream = Arc::new(Stream {
        password: config.password.or_else(|| url.password.clone()),
        url,
        database,
        stream: config.stream,
        group: config.group,
        consumer: config.consumer.unwrap_or_else(|| "hooktide".to_owned()),
        is_from_now: config.from.as_deref() == Some("now"),
        payload_field: config.payload_field.unwrap_or_else(|| "payload".to_owned()),
    });
    Ok(FeedOpener::new(secrets, move |opening| {
        let stream = Arc::clone(&stream);
        async move { Ok(Box::new(Reader::open(stream, &opening).await?) as Box<dyn Feed>) }
    }))
}
