//! The configuration: which command on which key.

use serde::Deserialize;
use serde_json::Value;

use super::client::RedisClient;
use crate::mapping::Template;
use crate::seam::{Checked, ConfigMistake, Field, Form, Policy, Secret, ServiceScheme, ServiceUrl, fields};

/// Longest life of a key, ten years; Redis refuses what overflows its clock.
const TTL_S_MAX: i64 = 315_360_000;
/// Most entries that a stream can be told to keep.
const STREAM_ENTRIES_MAX: i64 = 100_000_000;

const PORTS: &[u16] = &[6379];
pub(crate) const SCHEMES: &[ServiceScheme] = &[
    ServiceScheme { name: "redis", port: 6379, is_tls: false, service_ports: PORTS },
    ServiceScheme { name: "rediss", port: 6379, is_tls: true, service_ports: PORTS },
];

pub(super) const FIELDS: &[Field] = &[
    Field::required("url", Form::Url, "redis://user:password@host:6379/0, or rediss:// for TLS"),
    Field::optional("password", Form::Secret, "the password, where it is not in the url"),
    Field::required(
        "command",
        Form::Choice(&["set", "delete", "publish", "stream_add"]),
        "set a key, delete a key, publish to a channel, or add an entry to a stream",
    ),
    Field::required("key", Form::Template, "the key, channel or stream"),
    Field::optional(
        "value",
        Form::Template,
        "what is set, published or added; default: the payload as it is",
    ),
    Field::optional(
        "ttl_s",
        Form::Integer { min: 1, max: TTL_S_MAX },
        "set: seconds after which the key is gone; default: never",
    ),
    Field::optional("if_absent", Form::Flag, "set: leave a key that is there as it is; default: false"),
    Field::optional(
        "stream_entries_max",
        Form::Integer { min: 1, max: STREAM_ENTRIES_MAX },
        "stream_add: drop the oldest entries beyond about this many; default: keep all",
    ),
];

pub(super) const EXAMPLE: &str = r#"{
  "url": "rediss://hooktide:secret@cache.example.com/0",
  "command": "set",
  "key": "customer:{{ payload.data.object.id }}",
  "ttl_s": 3600
}"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Command {
    Set,
    Delete,
    Publish,
    StreamAdd,
}

#[derive(Deserialize)]
struct Config {
    url: String,
    password: Option<Secret>,
    command: Command,
    key: Template,
    value: Option<Template>,
    ttl_s: Option<u64>,
    if_absent: Option<bool>,
    stream_entries_max: Option<u64>,
}

pub(super) fn check(config: &Value, policy: &Policy) -> Result<Checked, Vec<ConfigMistake>> {
    let config: Config = fields::read(FIELDS, config)?;
    let mut mistakes = misplaced(&config);
    let url =
        ServiceUrl::parse(&config.url, SCHEMES, &policy.guard).map_err(|mistake| mistakes.push(mistake)).ok();
    let database = url.as_ref().and_then(|url| database(url).map_err(|mistake| mistakes.push(mistake)).ok());
    match (url, database) {
        (Some(url), Some(database)) if mistakes.is_empty() => Ok(Checked::client(RedisClient {
            password: config.password.or_else(|| url.password.clone()),
            url,
            database,
            command: config.command,
            key: config.key,
            value: config.value,
            ttl_s: config.ttl_s,
            if_absent: config.if_absent.unwrap_or(false),
            stream_entries_max: config.stream_entries_max,
        })),
        _ => Err(mistakes),
    }
}

/// The database that a URL names.
pub(crate) fn database(url: &ServiceUrl) -> Result<u16, ConfigMistake> {
    if url.path.is_empty() {
        return Ok(0);
    }
    let mend = "end it with /0, or nothing";
    url.path.parse().map_err(|_| ConfigMistake::new("url", "ends with something other than a number", mend))
}

/// Fields that mean nothing for the chosen command.
fn misplaced(config: &Config) -> Vec<ConfigMistake> {
    let fields = [
        ("value", config.value.is_some(), config.command != Command::Delete),
        ("ttl_s", config.ttl_s.is_some(), config.command == Command::Set),
        ("if_absent", config.if_absent.is_some(), config.command == Command::Set),
        ("stream_entries_max", config.stream_entries_max.is_some(), config.command == Command::StreamAdd),
    ];
    fields
        .into_iter()
        .filter(|(_, is_set, is_used)| *is_set && !is_used)
        .map(|(name, ..)| ConfigMistake::new(name, "means nothing for this command", "remove it"))
        .collect()
}
