//! Sources that fetch, on the wire: the configuration of their feeds, and how they are doing. But for `cron` an extension
//! of the wire API.
//!
//! What must stay true: a secret leaves only as its mask, and a stored secret is put back in the place of its mask only
//! while type and server stay the same, so that nobody has it sent to a server of his own.

use hooktide_destinations::feeds::{FeedKind, feed};
use hooktide_destinations::seam::{ConfigMistake, Policy, fields};
use hooktide_model::{Source, SourceFeed, Timestamp};
use hooktide_pipeline::FeedState;
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;
use utoipa::ToSchema;

use super::source_config::SourceConfigIn;
use crate::error::VALUE_ERROR;
use crate::validate::Rules;

/// What stands in the place of a secret.
const MASK: &str = "[redacted]";
/// The state of a feed that is not open.
pub(super) const WAITING: &str = "waiting";
/// The fields of a source that say something about requests, and so nothing about what is fetched.
const OF_REQUESTS: &[&str] = &["url", "methods", "throttleRate", "scheme", "response"];

/// How a source that fetches is doing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeedOut {
    /// `connected`, or `waiting` for the next try.
    #[schema(value_type = String, example = "connected")]
    pub state: &'static str,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Why it broke or could not be opened the last time; null while all is well.
    pub last_error: Option<String>,
}

/// A type of sources that fetch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeedKindOut {
    /// Its name, for a source's `type`.
    pub name: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// The type of an event that says nothing else: by a header, field or property `event-type` of its own, or by the
    /// source's `eventType`.
    pub event_type: &'static str,
    /// JSON Schema (2020-12) of the source's `config`.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// A configuration that passes.
    #[schema(value_type = Object)]
    pub example: Value,
}

impl From<&FeedKind> for FeedKindOut {
    fn from(kind: &FeedKind) -> Self {
        Self {
            name: kind.name,
            summary: kind.summary,
            event_type: kind.event_type,
            schema: fields::schema(kind.fields),
            example: serde_json::from_str(kind.example).unwrap_or_default(),
        }
    }
}

impl From<FeedState> for FeedOut {
    fn from(state: FeedState) -> Self {
        let word = if state.is_connected { "connected" } else { WAITING };
        Self { state: word, since: state.since, last_error: state.last_error }
    }
}

/// What a configuration says of a feed: names that requests have too may be a feed's.
pub(super) fn written_of_feed(config: SourceConfigIn) -> Map<String, Value> {
    let mut written = config.feed;
    let named = [
        ("publicKey", config.public_key.map(Value::from)),
        ("clientId", config.client_id.map(Value::from)),
        ("timestampGraceSeconds", config.timestamp_grace_seconds.map(Value::from)),
    ];
    written.extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    written
}

/// Check the configuration of a feed; without one the stored one stays.
pub(super) fn check_feed(
    rules: &mut Rules,
    kind: &FeedKind,
    written: Option<Map<String, Value>>,
    stored: Option<&Source>,
    policy: &Policy,
) -> Option<SourceFeed> {
    let stored = stored.filter(|source| source.provider == kind.name).and_then(|source| source.feed.as_ref());
    let config = match (written, stored) {
        (None, Some(stored)) => return Some(stored.clone()),
        (None, None) => Value::Object(Map::new()),
        (Some(written), Some(stored)) if server(&Value::Object(written.clone())) == server(&stored.0) => {
            fields::with_kept_secrets(kind.fields, &written.into(), &stored.0)
        }
        (Some(written), _) => written.into(),
    };
    for place in fields::masked_still(kind.fields, &config) {
        let mend = "write the secret again: it is kept only while type and server stay";
        note(rules, &ConfigMistake::new(place, "is still masked", mend));
    }
    match (kind.check)(&config, policy) {
        Ok(_) => Some(SourceFeed(config)),
        Err(mistakes) => {
            mistakes.iter().for_each(|mistake| note(rules, mistake));
            None
        }
    }
}

/// Fields that mean nothing where nobody sends a request. `is_there` says which were sent.
pub(super) fn check_no_requests(rules: &mut Rules, kind: &FeedKind, is_there: impl Fn(&str) -> bool) {
    for field in OF_REQUESTS.iter().filter(|field| is_there(field)) {
        rules.fail(field, format_args!("means nothing for {}, which fetches; leave it out", kind.name));
    }
    if kind.is_keyed && is_there("dedupe") {
        rules.fail("dedupe", format_args!("is what {} itself knows; leave it out", kind.name));
    }
}

/// The configuration as it may be shown.
pub(super) fn shown_feed(source: &Source) -> Map<String, Value> {
    let Some(stored) = &source.feed else { return Map::new() };
    // Of a feed that this server does not know, nobody can say what is secret.
    let masked =
        feed(&source.provider).map_or(Value::from(MASK), |kind| fields::masked(kind.fields, &stored.0));
    match masked {
        Value::Object(fields) => fields,
        other => Map::from_iter([("config".to_owned(), other)]),
    }
}

fn note(rules: &mut Rules, mistake: &ConfigMistake) {
    let mut path = vec!["config"];
    path.extend(mistake.path.split('.').filter(|step| !step.is_empty()));
    rules.fail_at(&path, format_args!("{}; {}", mistake.what, mistake.mend), VALUE_ERROR);
}

/// Whom secrets beside this URL are for.
fn server(config: &Value) -> Option<(String, Option<String>, Option<u16>)> {
    let url = Url::parse(config.get("url")?.as_str()?).ok()?;
    Some((url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port()))
}
