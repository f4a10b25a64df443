//! Telegram's bots: <https://core.telegram.org/bots/api#sendmessage>.

use std::time::Duration;

use hooktide_model::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::kinds::http::HttpResponse;
use crate::kinds::notify::config::Config;
use crate::kinds::notify::text::{cut, utf16};
use crate::retry_after::RETRY_AFTER_MAX;
use crate::seam::{Fault, Verdict, judge_status};

const SERVER: &str = "https://api.telegram.org";
/// The longest message.
const TEXT_UNITS_MAX: usize = 4_096;

/// The wish for a later time stands in the body, not in a header.
#[derive(Deserialize)]
struct Answer {
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

pub(super) fn url(config: &Config) -> String {
    let server = config.url.as_deref().unwrap_or(SERVER).trim_end_matches('/');
    let token = config.bot_token.as_ref().map_or("", |token| token.expose());
    format!("{server}/bot{token}/sendMessage")
}

/// Without `parse_mode`, nothing in the text is markup.
pub(super) fn body(config: &Config, text: &str) -> Value {
    json!({ "chat_id": config.chat_id, "text": cut(text, TEXT_UNITS_MAX, utf16) })
}

pub(super) fn judge(answer: &HttpResponse, now: Timestamp) -> Result<(), Fault> {
    let wish = || {
        let body: Answer = serde_json::from_slice(&answer.body).ok()?;
        body.parameters?.retry_after.map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
    };
    judge_status("Telegram", answer, now).map_err(|fault| match (fault.verdict, wish()) {
        (Verdict::Retry, Some(after)) => Fault { verdict: Verdict::RetryAfter(after), ..fault },
        _ => fault,
    })
}
