//! The configuration: which queue.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::consumer::{Consumed, Consuming};
use crate::feeds::{BATCH_MAX, Feed, FeedOpener};
use crate::kinds::amqp::{SCHEMES, SHORT_STRING_BYTES_MAX};
use crate::seam::{ConfigMistake, Field, Form, Policy, ServiceUrl, fields};

/// Most messages that the broker may send ahead.
const PREFETCH_MAX: i64 = 256;

pub(super) const FIELDS: &[Field] = &[
    Field::required(
        "url",
        Form::Url,
        "amqp://user:password@host:5672/vhost, or amqps:// for TLS; without a path the virtual host is /",
    ),
    Field::required(
        "queue",
        Form::Text { bytes_max: SHORT_STRING_BYTES_MAX },
        "the queue, which must be there",
    ),
    Field::optional(
        "prefetch",
        Form::Integer { min: 1, max: PREFETCH_MAX },
        "messages that the broker sends before they are acknowledged; default: 32",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "amqps://hooktide:secret@rabbit.example.com/shop",
  "queue": "webhooks"
}"#;

#[derive(Deserialize)]
struct Config {
    url: String,
    queue: String,
    prefetch: Option<u16>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<FeedOpener, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let url = ServiceUrl::parse(&config.url, SCHEMES, &policy.guard).map_err(|mistake| vec![mistake])?;
    let secrets = url.password.iter().cloned().collect();
    let prefetch = config.prefetch.unwrap_or(u16::try_from(BATCH_MAX).unwrap_or(1));
    let consumed = Arc::new(Consumed { url, queue: config.queue, prefetch });
    Ok(FeedOpener::new(secrets, move |opening| {
        let consumed = Arc::clone(&consumed);
        async move { Ok(Box::new(Consuming::open(&consumed, &opening).await?) as Box<dyn Feed>) }
    }))
}
