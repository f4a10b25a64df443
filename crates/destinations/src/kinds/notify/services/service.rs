//! What the services have in common: which fields of the configuration each takes, where it is posted to, what is sent,
//! and what its answer means. Called by the kind's client and its check.

use hooktide_model::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{discord, ntfy, slack, teams, telegram};
use crate::guard::EndpointUrl;
use crate::kinds::http::HttpResponse;
use crate::kinds::notify::config::Config;
use crate::seam::{ConfigMistake, Done, Fault, Policy, judge_status, service_url};

/// Their names, in the order in which they are shown.
pub(in crate::kinds::notify) const NAMES: &[&str] = &["slack", "discord", "teams", "telegram", "ntfy"];

/// Who carries the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::kinds::notify) enum Service {
    Slack,
    Discord,
    Teams,
    Telegram,
    Ntfy,
}

impl Service {
    /// Fields that must be set.
    pub(in crate::kinds::notify) const fn needed(self) -> &'static [&'static str] {
        match self {
            Self::Slack | Self::Discord | Self::Teams => &["webhook_url"],
            Self::Telegram => &["bot_token", "chat_id"],
            Self::Ntfy => &["topic"],
        }
    }

    /// Fields that may be set beside those.
    pub(in crate::kinds::notify) const fn used(self) -> &'static [&'static str] {
        match self {
            Self::Slack | Self::Discord | Self::Teams => &[],
            Self::Telegram => &["url"],
            Self::Ntfy => &["url", "token", "title", "priority", "tags"],
        }
    }

    /// Where the message is posted, judged by the guard. Nothing of a secret is in a mistake.
    pub(in crate::kinds::notify) fn url(
        self,
        config: &Config,
        policy: &Policy,
    ) -> Result<EndpointUrl, ConfigMistake> {
        let (field, url) = match self {
            Self::Slack | Self::Teams => ("webhook_url", webhook_url(config).to_owned()),
            Self::Discord => ("webhook_url", discord::url(webhook_url(config))),
            Self::Telegram => ("url", telegram::url(config)),
            Self::Ntfy => ("url", ntfy::url(config).to_owned()),
        };
        service_url(field, &url, policy)
    }

    /// The request's body.
    pub(in crate::kinds::notify) fn body(self, config: &Config, text: &str, title: Option<&str>) -> Value {
        match self {
            Self::Slack => slack::body(text),
            Self::Discord => discord::body(text),
            Self::Teams => teams::body(text),
            Self::Telegram => telegram::body(config, text),
            Self::Ntfy => ntfy::body(config, text, title),
        }
    }

    /// What an answer means.
    pub(in crate::kinds::notify) fn judge(
        self,
        answer: &HttpResponse,
        now: Timestamp,
    ) -> Result<Done, Fault> {
        let (name, judged) = match self {
            Self::Slack => ("Slack", judge_status("Slack", answer, now)),
            Self::Discord => ("Discord", judge_status("Discord", answer, now)),
            Self::Teams => ("Teams", judge_status("Teams", answer, now)),
            Self::Telegram => ("Telegram", telegram::judge(answer, now)),
            Self::Ntfy => ("ntfy", judge_status("ntfy", answer, now)),
        };
        judged?;
        Ok(Done { code: Some(answer.status), detail: format!("posted to {name}") })
    }
}

fn webhook_url(config: &Config) -> &str {
    config.webhook_url.as_ref().map_or("", |url| url.expose())
}
