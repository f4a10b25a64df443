//! How a source proves its requests and answers them: what is written, and what is shown of it.

use std::collections::BTreeMap;

use hooktide_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What proves requests; of a source that fetches, the configuration of its feed, as `GET /ingest/api/v1/feed-kind`
/// describes it. A secret that is still `[redacted]` stays as it is while type and server do.
///
/// `cron`: `schedule` (in UTC: five fields, or six with seconds first), `payload`, `contentType`. Each time becomes an
/// event once. Times that were missed are not made up for, but for the last one if it was less than an hour ago.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IngestSourceConfigIn)]
pub struct SourceConfigIn {
    /// The secret as the provider shows it.
    #[serde(default)]
    pub secret: Option<String>,
    /// The text that a handshake must name.
    #[serde(default)]
    pub verify_token: Option<String>,
    /// The public key that proves requests, as the provider shows it.
    #[serde(default)]
    pub public_key: Option<String>,
    /// The id of the client that requests must name.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Seconds that the time of a request may differ from ours, in place of the provider's tolerance. Possible where
    /// the scheme signs a time.
    #[serde(default)]
    pub timestamp_grace_seconds: Option<u32>,
    /// Hooktide's own: several secrets, each with its window.
    #[serde(default)]
    pub secrets: Option<Vec<SourceSecretIn>>,
    /// What only feeds have; the description of the type tells of it.
    #[serde(flatten)]
    #[schema(ignore)]
    pub feed: serde_json::Map<String, serde_json::Value>,
}

/// A secret with its window.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IngestSourceSecretIn)]
pub struct SourceSecretIn {
    /// Its name, which receipts mention.
    pub id: String,
    /// The secret as the provider shows it.
    pub secret: String,
    /// Whether it is for handshakes only.
    #[serde(default)]
    pub challenge: bool,
    /// From when on it counts.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_from: Option<Timestamp>,
    /// Since when it no longer counts.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<Timestamp>,
}

/// An answer to a provider.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IngestSourceResponse)]
pub struct SourceResponseIn {
    /// The status, 200 to 299.
    #[serde(default)]
    #[schema(minimum = 200, maximum = 299)]
    pub status: Option<u16>,
    /// Header lines.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default)]
    pub body: Option<String>,
}

/// What proves requests, without the secrets' texts; of a source that fetches, also the configuration of its feed, with
/// `[redacted]` in the place of secrets.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IngestSourceConfigOut)]
pub struct SourceConfigOut {
    /// The secrets, in the order in which they are tried.
    pub secrets: Vec<SourceSecretOut>,
    /// The public key, if it was given as such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// As it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp_grace_seconds: Option<u32>,
    /// As in what is written.
    #[serde(flatten)]
    #[schema(ignore)]
    pub feed: serde_json::Map<String, serde_json::Value>,
}

/// A secret without its text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IngestSourceSecretOut)]
pub struct SourceSecretOut {
    /// Its name.
    pub id: String,
    /// Whether it is for handshakes only.
    pub challenge: bool,
    /// From when on it counts.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_from: Option<Timestamp>,
    /// Since when it no longer counts.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<Timestamp>,
}
