//! What lists are asked for, and what they give.

use hooktide_model::id::TypedId;
use hooktide_model::{
    Attempt, AttemptId, AttemptStatus, Channel, DeliveryStatus, EventTypeName, Message, MessageId,
    PageRequest, ReceiptId, ReceiptOutcome, Tag, Timestamp, Uid,
};

/// Names an object by its id or by its caller's uid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ObjectRef<I> {
    /// By id.
    Id(I),
    /// By uid.
    Uid(Uid),
}

impl<I: TypedId> ObjectRef<I> {
    /// What the text names; `None` when it can be neither an id nor a uid, so that no such object exists.
    ///
    /// The two cannot be confused: a uid never starts as an id of its kind does.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        if text.starts_with(I::PREFIX) {
            return text.parse().ok().map(Self::Id);
        }
        Uid::parse_for(I::PREFIX, text).ok().map(Self::Uid)
    }
}

/// The result of an insert that may carry an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written<T> {
    /// The row was written.
    New(T),
    /// The same request was answered before: the row it made, as it is now.
    Replayed(T),
}

impl<T> Written<T> {
    /// The row.
    pub fn into_inner(self) -> T {
        match self {
            Self::New(row) | Self::Replayed(row) => row,
        }
    }
}

/// Which messages of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFilter {
    /// Page and order.
    pub page: PageRequest<MessageId>,
    /// Accepted strictly before.
    pub before: Option<Timestamp>,
    /// Accepted strictly after.
    pub after: Option<Timestamp>,
    /// Only these types; empty for all.
    pub event_types: Vec<EventTypeName>,
    /// Only with this channel.
    pub channel: Option<Channel>,
    /// Only with this tag.
    pub tag: Option<Tag>,
    /// Whether payloads are read.
    pub with_payload: bool,
}

/// Which attempts, of an endpoint or of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptFilter {
    /// Page and order.
    pub page: PageRequest<AttemptId>,
    /// Started strictly before.
    pub before: Option<Timestamp>,
    /// Started strictly after.
    pub after: Option<Timestamp>,
    /// Only with this status.
    pub status: Option<AttemptStatus>,
    /// Only with an HTTP status in this hundred (0, 100, … 500).
    pub status_code_class: Option<u16>,
    /// Only of messages of these types; empty for all.
    pub event_types: Vec<EventTypeName>,
    /// Only of messages with this channel.
    pub channel: Option<Channel>,
    /// Only of messages with this tag.
    pub tag: Option<Tag>,
    /// Only to this endpoint (lists of a message).
    pub endpoint: Option<hooktide_model::EndpointId>,
    /// Whether the message is read with each attempt.
    pub with_message: bool,
}

/// Which receipts of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptFilter {
    /// Page and order.
    pub page: PageRequest<ReceiptId>,
    /// Committed strictly before.
    pub before: Option<Timestamp>,
    /// Committed strictly after.
    pub after: Option<Timestamp>,
    /// Only with this outcome.
    pub outcome: Option<ReceiptOutcome>,
}

/// An attempt in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedAttempt {
    /// The attempt.
    pub attempt: Attempt,
    /// Its message, when asked for.
    pub message: Option<Message>,
}

/// A message in an endpoint's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMessage {
    /// The message.
    pub message: Message,
    /// Where its delivery to the endpoint stands.
    pub status: DeliveryStatus,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
}

/// Attempts of an endpoint in a window, by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttemptCounts {
    /// Answered 2xx.
    pub success: u64,
    /// Not tried yet (deliveries).
    pub pending: u64,
    /// Waiting for another try (deliveries).
    pub sending: u64,
    /// Failed tries.
    pub fail: u64,
    /// Not sent because the endpoint was off.
    pub canceled: u64,
}
