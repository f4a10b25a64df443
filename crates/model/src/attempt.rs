//! An attempt: one try to deliver a message to an endpoint; and the state of the delivery it belongs to.

use bytes::Bytes;

use crate::{AttemptId, EndpointId, MessageId, Timestamp};

/// How an attempt ended. The numbers are the wire API's and the store's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum AttemptStatus {
    /// The endpoint answered 2xx.
    Success = 0,
    /// It did not.
    Fail = 2,
    /// It was not sent at all: the endpoint was disabled or deleted while the delivery waited.
    Canceled = 4,
}

impl AttemptStatus {
    /// From the number; anything unknown is a failure.
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Success,
            4 => Self::Canceled,
            _ => Self::Fail,
        }
    }
}

/// The state of one message for one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum DeliveryStatus {
    /// Delivered.
    Success = 0,
    /// Accepted, not tried yet.
    Pending = 1,
    /// Given up.
    Fail = 2,
    /// Tried without success; another try is due.
    Sending = 3,
    /// Will not be tried.
    Canceled = 4,
}

/// What asked for an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Trigger {
    /// The message was published, or its schedule came round.
    #[default]
    Scheduled = 0,
    /// A person or program asked for it (resend, recover).
    Manual = 1,
}

/// An attempt as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its id; the time it started is inside.
    pub id: AttemptId,
    /// The message.
    pub message: MessageId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The try's number, from 1, counted per delivery.
    pub number: u16,
    /// What asked for it.
    pub trigger: Trigger,
    /// How it ended.
    pub status: AttemptStatus,
    /// The HTTP status, 0 when there was no answer.
    pub status_code: u16,
    /// From start to the last byte read, in milliseconds.
    pub duration_ms: u32,
    /// Where it was sent.
    pub url: String,
    /// The answer's first bytes or, without an answer, what went wrong. `None` when expunged.
    pub response: Option<Bytes>,
}

impl Attempt {
    /// When it started (4 ms steps).
    #[must_use]
    pub fn started_at(&self) -> Timestamp {
        self.id.seq().time()
    }
}

/// One message for one endpoint, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryState {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// When it is tried next.
    pub next_attempt_at: Option<Timestamp>,
}
