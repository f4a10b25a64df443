//! A source: a door for one provider's webhooks, and how it answers.
//!
//! Its deliveries belong to an application of its own that the application API neither lists nor finds. What must
//! stay true: the token and the secrets never print, and the token is looked up by its hash only.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{AppId, Metadata, OrgId, SourceId, Timestamp, Uid};

/// Secrets of a source.
pub const SOURCE_SECRETS_MAX: usize = 20;

/// A source's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// The application that owns its endpoints and messages.
    pub app: AppId,
    /// The caller's own name for it, unique in the organisation.
    pub uid: Option<Uid>,
    /// A name for people.
    pub name: String,
    /// The provider's name in configuration.
    pub provider: String,
    /// The secret part of its URL.
    pub token: SourceToken,
    /// What proves a request, in the order in which they are tried.
    pub secrets: Vec<SourceSecret>,
    /// What differs from the provider's own ways.
    pub settings: SourceSettings,
    /// Where its events are fetched from; absent where they come in through its door.
    pub feed: Option<SourceFeed>,
    /// Free string pairs.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes, from 1; a save names the version it read.
    pub version: i32,
}

/// The secret part of a source's URL.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceToken(String);

/// What tokens are looked up by.
pub type TokenHash = [u8; 32];

impl SourceToken {
    /// A token that was just made, or read back.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the source's URL only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the token is looked up by.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        Self::hash_of(&self.0)
    }

    /// The hash of a token that somebody sent.
    #[must_use]
    pub fn hash_of(text: &str) -> TokenHash {
        Sha256::digest(text.as_bytes()).into()
    }
}

impl fmt::Debug for SourceToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What a secret of a source is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SourceSecretUse {
    /// Proves deliveries.
    #[default]
    Signing,
    /// Compared or shown in handshakes.
    Challenge,
}

/// A secret of a source, valid within its window.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceSecret {
    /// Its name, which receipts mention.
    pub id: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: SourceSecretUse,
    /// The text as the provider shows it.
    pub text: String,
    /// From when on it counts, in seconds since 1970; always, if absent.
    #[serde(default)]
    pub from_s: Option<i64>,
    /// Since when it no longer counts, in seconds since 1970; never, if absent.
    #[serde(default)]
    pub until_s: Option<i64>,
}

impl fmt::Debug for SourceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceSecret")
            .field("id", &self.id)
            .field("purpose", &self.purpose)
            .field("text", &"[redacted]")
            .field("from_s", &self.from_s)
            .field("until_s", &self.until_s)
            .finish()
    }
}

/// Where a source fetches its events from: the configuration of the feed that its provider names, secrets in clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceFeed(pub serde_json::Value);

impl fmt::Debug for SourceFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What a source does in another way than its provider's entry says. Stored as JSON: fields are only ever added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SourceSettings {
    /// Refuse everything.
    pub disabled: bool,
    /// What the wire API's callers know its provider as, where that is another name.
    pub wire_type: Option<String>,
    /// Its URL as registered with the provider, for schemes that sign it.
    pub url: Option<String>,
    /// Methods of deliveries, upper case.
    pub methods: Option<Vec<String>>,
    /// Bytes of a body at most.
    pub body_bytes_max: Option<u32>,
    /// Requests per second at most.
    pub throttle_rate: Option<u16>,
    /// The rule that makes two requests the same event, as JSON.
    pub dedupe: Option<String>,
    /// The rule for the type of an event, as JSON.
    pub event_type: Option<String>,
    /// How a request with many events becomes one message each.
    pub split: Option<SourceSplit>,
    /// How requests prove themselves, as JSON, where the provider leaves that to the user.
    pub scheme: Option<String>,
    /// The answer to a delivery that was accepted.
    pub response: Option<SourceResponse>,
    /// Seconds that the time of a request may differ from ours, in place of the provider's tolerance.
    pub timestamp_grace_s: Option<u32>,
}

/// How a request with many events becomes one message each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SourceSplit {
    /// As the provider's entry says.
    Provider,
    /// By a rule of the source, as JSON.
    Own(String),
}

/// An answer to a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SourceResponse {
    /// The status; the provider's, if absent.
    pub status: Option<u16>,
    /// Header lines.
    pub headers: Metadata,
    /// The body; none, if absent.
    pub body: Option<String>,
}
