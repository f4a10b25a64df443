//! An endpoint: where messages go, which ones, and how.

use std::collections::BTreeMap;
use std::fmt;

use crate::{AppId, Channel, EndpointId, EventTypeName, Metadata, Timestamp, Uid};

/// Signing secrets that may still be valid beside the current one.
pub const OLD_SECRETS_MAX: usize = 10;

/// An endpoint's row, secrets in clear: it must not be logged or serialised as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// The application it belongs to.
    pub app: AppId,
    /// The caller's own name for it, unique in the application.
    pub uid: Option<Uid>,
    /// Where to deliver; with a destination, what may be shown of it.
    pub url: String,
    /// Where to deliver when it is not an HTTP server.
    pub destination: Option<EndpointDestination>,
    /// Text for people.
    pub description: String,
    /// Deliveries per second at most.
    pub throttle_rate: Option<u16>,
    /// A JSON Pointer: deliveries whose bodies have the same value there are made one after the other.
    pub ordering_key: Option<String>,
    /// Whether deliveries are off.
    pub disabled: bool,
    /// Only these event types; `None` for all.
    pub event_types: Option<Vec<EventTypeName>>,
    /// Only messages that share a channel; `None` for all.
    pub channels: Option<Vec<Channel>>,
    /// Only messages that this filter passes, as it was written; `None` for all.
    pub filter: Option<serde_json::Value>,
    /// A script that changes each message on its way here; `None` if there never was one.
    pub transformation: Option<EndpointTransformation>,
    /// Free string pairs.
    pub metadata: Metadata,
    /// Headers added to each delivery, in clear.
    pub headers: BTreeMap<String, String>,
    /// Signing secrets, the current one first.
    pub secrets: Vec<EndpointSecret>,
    /// When the first of an unbroken run of exhausted deliveries failed.
    pub failing_since: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes, from 1; a save names the version it read.
    pub version: i32,
}

/// A destination of a kind other than `http`.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointDestination {
    /// The kind's name in the list of kinds.
    pub kind: String,
    /// The kind's configuration, secrets in clear.
    pub config: serde_json::Value,
}

impl fmt::Debug for EndpointDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointDestination")
            .field("kind", &self.kind)
            .field("config", &"[redacted]")
            .finish()
    }
}

/// A script of an endpoint, with what it is given. It runs only while it is enabled and has code.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointTransformation {
    /// JavaScript that declares `handler`.
    pub code: Option<String>,
    /// Whether it runs.
    pub enabled: bool,
    /// Names and values that the script reads; the values are secrets, in clear.
    pub variables: BTreeMap<String, String>,
    /// When any of this last changed.
    pub updated_at: Timestamp,
}

impl EndpointTransformation {
    /// The code, while it is to run.
    #[must_use]
    pub fn running(&self) -> Option<&str> {
        self.code.as_deref().filter(|_| self.enabled)
    }
}

impl fmt::Debug for EndpointTransformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointTransformation")
            .field("code", &"[redacted]")
            .field("enabled", &self.enabled)
            .field("variable_names", &self.variables.keys())
            .field("updated_at", &self.updated_at)
            .finish()
    }
}

/// One signing secret in its text form (`whsec_…`, `whsk_…`).
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointSecret {
    /// The secret's text.
    pub secret: String,
    /// When it stops signing; `None` for the current one.
    pub expires_at: Option<Timestamp>,
}

impl fmt::Debug for EndpointSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndpointSecret")
            .field("secret", &"[redacted]")
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

impl Endpoint {
    /// Whether this endpoint subscribes to a message of that type and those channels.
    ///
    /// An endpoint without event types takes all; one without channels takes all; a message without channels
    /// never reaches an endpoint that names channels.
    #[must_use]
    pub fn subscribes_to(&self, event_type: &EventTypeName, channels: &[Channel]) -> bool {
        let type_fits = self.event_types.as_ref().is_none_or(|types| types.contains(event_type));
        let channel_fits =
            self.channels.as_ref().is_none_or(|own| channels.iter().any(|channel| own.contains(channel)));
        type_fits && channel_fits
    }

    /// Whether such a message would be sent here today, its filter aside.
    #[must_use]
    pub fn takes(&self, event_type: &EventTypeName, channels: &[Channel]) -> bool {
        !self.disabled && self.subscribes_to(event_type, channels)
    }
}
