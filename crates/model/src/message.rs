//! A message: one event instance, its bytes exact.

use std::sync::Arc;

use bytes::Bytes;

use crate::{AppId, Channel, EventTypeName, MessageId, Seq, Tag, Timestamp, Uid};

/// Most hops of a message: an event that has come a longer way goes round in a loop.
pub const HOPS_MAX: u8 = 8;
/// The header, or the field of a broker's message, that says how many hops the message in it has.
pub const HOPS_NAME: &str = "hooktide-hops";

/// The media type of a payload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ContentType {
    /// `application/json`: the usual case, stored as nothing.
    #[default]
    Json,
    /// Anything else, as the publisher wrote it.
    Other(String),
}

impl ContentType {
    /// From the text of a `content-type`.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        if text.eq_ignore_ascii_case("application/json") { Self::Json } else { Self::Other(text.to_owned()) }
    }

    /// The text of a `content-type` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Json => "application/json",
            Self::Other(text) => text,
        }
    }
}

/// A message as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id; the time it was accepted is inside.
    pub id: MessageId,
    /// The application's key.
    pub app: Seq,
    /// What happened.
    pub event_type: EventTypeName,
    /// The publisher's own id, unique in the application.
    pub uid: Option<Uid>,
    /// Channels it was published on.
    pub channels: Vec<Channel>,
    /// Labels for lists.
    pub tags: Vec<Tag>,
    /// Not delivered before this time.
    pub deliver_at: Option<Timestamp>,
    /// The media type of the payload.
    pub content_type: ContentType,
    /// The payload's bytes; `None` when they were expunged, expired, or not asked for.
    pub payload: Option<Bytes>,
    /// What its publisher hands to the scripts of endpoints: a JSON object as text. It lives as long as the payload.
    pub params: Option<Arc<str>>,
    /// When the payload stops being readable.
    pub payload_expires_at: Timestamp,
    /// How often what happened was passed on by a server like this before it came here.
    pub hops: u8,
}

impl Message {
    /// The key inside the id.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.id.seq()
    }

    /// When it was accepted (4 ms steps).
    #[must_use]
    pub fn accepted_at(&self) -> Timestamp {
        self.id.seq().time()
    }
}

/// The key of an application row as history stores it.
impl From<AppId> for Seq {
    fn from(id: AppId) -> Self {
        id.seq()
    }
}
