//! The configuration: which stream, as which consumer.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::puller::{Pulled, Puller};
use crate::feeds::{Feed, FeedOpener};
use crate::kinds::nats::{SCHEMES, server};
use crate::seam::{ConfigMistake, Field, Form, Policy, Secret, ServiceUrl, fields};

/// Longest name and subject.
const NAME_BYTES_MAX: usize = 255;
const NAME: Form = Form::Text { bytes_max: NAME_BYTES_MAX };

pub(super) const FIELDS: &[Field] = &[
    Field::required("url", Form::Url, "nats://user:password@host:4222, or tls:// for TLS"),
    Field::optional("token", Form::Secret, "a token, for servers that want one instead of user and password"),
    Field::required("stream", NAME, "the stream, which must be there"),
    Field::required(
        "consumer",
        NAME,
        "the durable pull consumer; one that is not there is made and begins with the stream's first message",
    ),
    Field::optional(
        "subject",
        NAME,
        "a consumer that is made takes only what matches this; default: everything",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "tls://hooktide:secret@nats.example.com",
  "stream": "ORDERS",
  "consumer": "webhooks",
  "subject": "orders.*"
}"#;

#[derive(Deserialize)]
struct Config {
    url: String,
    token: Option<Secret>,
    stream: String,
    consumer: String,
    subject: Option<String>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<FeedOpener, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let mut mistakes = Vec::new();
    for (field, name) in [("stream", &config.stream), ("consumer", &config.consumer)] {
        if !is_name(name) {
            let what = "has a space or one of . * > / \\";
            mistakes.push(ConfigMistake::new(field, what, "write the name as the server lists it"));
        }
    }
    let url = ServiceUrl::parse(&config.url, SCHEMES, &policy.guard);
    let server = url.and_then(|url| server(url, config.token)).map_err(|mistake| mistakes.push(mistake)).ok();
    let server = server.filter(|_| mistakes.is_empty()).ok_or(mistakes)?;
    let secrets = server.secrets().cloned().collect();
    let (stream, consumer, subject) = (config.stream, config.consumer, config.subject);
    let pulled = Arc::new(Pulled { server, stream, consumer, subject });
    Ok(FeedOpener::new(secrets, move |opening| {
        let pulled = Arc::clone(&pulled);
        async move { Ok(Box::new(Puller::open(&pulled, &opening).await?) as Box<dyn Feed>) }
    }))
}

fn is_name(text: &str) -> bool {
    !text.contains(|one: char| {
        one.is_whitespace() || one.is_control() || matches!(one, '.' | '*' | '>' | '/' | '\\')
    })
}
