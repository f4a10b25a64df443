//! The configuration: when, and with which bytes.

use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::clockwork::Clockwork;
use super::schedule::Schedule;
use crate::feeds::{Feed, FeedOpener};
use crate::seam::{ConfigMistake, Field, Form, Policy, fields};

/// Longest expression: every minute of an hour by name fits.
const SCHEDULE_BYTES_MAX: usize = 256;
/// Largest payload.
const PAYLOAD_BYTES_MAX: usize = 64 << 10;
/// Longest media type.
const CONTENT_TYPE_BYTES_MAX: usize = 256;
/// The media type of a payload that says nothing else.
const JSON: &str = "application/json";

pub(super) const FIELDS: &[Field] = &[
    Field::required(
        "schedule",
        Form::Text { bytes_max: SCHEDULE_BYTES_MAX },
        "a cron expression in UTC: minute, hour, day of month, month, day of week; with six fields the first is \
         seconds",
    ),
    Field::required("payload", Form::Text { bytes_max: PAYLOAD_BYTES_MAX }, "the payload of each event"),
    Field::optional(
        "contentType",
        Form::Text { bytes_max: CONTENT_TYPE_BYTES_MAX },
        "its media type; default: application/json",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "schedule": "0 3 * * MON-FRI",
  "payload": "{\"job\": \"nightly-report\"}"
}"#;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    schedule: String,
    payload: String,
    content_type: Option<String>,
}

pub(super) fn check(config: &Value, _policy: &Policy) -> Result<FeedOpener, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let mut mistakes = Vec::new();
    let schedule = Schedule::parse(&config.schedule);
    let schedule = schedule
        .map_err(|what| {
            let mend = "write five fields, such as `0 3 * * *`, or six with seconds first";
            mistakes.push(ConfigMistake::new("schedule", what, mend));
        })
        .ok();
    let content_type = config.content_type.unwrap_or_else(|| JSON.to_owned());
    if http::HeaderValue::from_str(&content_type).is_err() {
        let what = "is not a media type";
        mistakes.push(ConfigMistake::new("contentType", what, "write it as application/json"));
    } else if content_type == JSON && serde_json::from_str::<serde::de::IgnoredAny>(&config.payload).is_err()
    {
        let mend = "correct it, or say with contentType what it is";
        mistakes.push(ConfigMistake::new("payload", "is not JSON", mend));
    }
    let schedule = schedule.filter(|_| mistakes.is_empty()).map(Arc::new).ok_or(mistakes)?;
    let payload = Bytes::from(config.payload);
    Ok(FeedOpener::new(Vec::new(), move |opening| {
        let clockwork =
            Clockwork::new(Arc::clone(&schedule), payload.clone(), content_type.clone(), &opening);
        async move { Ok(Box::new(clockwork) as Box<dyn Feed>) }
    }))
}
