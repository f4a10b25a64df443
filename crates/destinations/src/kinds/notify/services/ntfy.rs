//! ntfy: <https://docs.ntfy.sh/publish/#publish-as-json>.

use serde_json::{Map, Value, json};

use crate::kinds::notify::config::Config;
use crate::kinds::notify::text::cut;

const SERVER: &str = "https://ntfy.sh";
/// What is longer becomes an attachment.
const TEXT_BYTES_MAX: usize = 4_096;
/// Longest title.
const TITLE_BYTES_MAX: usize = 256;

pub(super) fn url(config: &Config) -> &str {
    config.url.as_deref().unwrap_or(SERVER)
}

pub(super) fn body(config: &Config, text: &str, title: Option<&str>) -> Value {
    let mut body = Map::new();
    body.insert("topic".into(), json!(config.topic));
    body.insert("message".into(), cut(text, TEXT_BYTES_MAX, char::len_utf8).into());
    if let Some(title) = title {
        body.insert("title".into(), cut(title, TITLE_BYTES_MAX, char::len_utf8).into());
    }
    if let Some(priority) = config.priority {
        body.insert("priority".into(), priority.into());
    }
    if let Some(tags) = &config.tags {
        body.insert("tags".into(), json!(tags));
    }
    body.into()
}
