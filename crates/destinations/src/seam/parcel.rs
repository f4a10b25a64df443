//! What a destination is asked to deliver. Made by the pipeline, one per attempt.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

/// One event for one endpoint, in one attempt.
#[derive(Clone)]
pub struct Parcel {
    /// Public id of the message; the same for all endpoints and attempts.
    pub message_id: String,
    /// Name of the event's type.
    pub event_type: String,
    /// Media type of the payload.
    pub content_type: String,
    /// The event's bytes, exact.
    pub payload: Bytes,
    /// The headers that came with the event, in their order. Names are lower case.
    pub headers: Vec<(String, String)>,
    /// When the event happened, in milliseconds since 1970.
    pub occurred_at_ms: i64,
    /// Number of this attempt, from 1.
    pub attempt: u32,
    /// The same for every attempt of one delivery, and different for every other delivery.
    pub idempotency_key: String,
    /// How often the event was passed on from server to server; a broker's message carries it, so that a loop ends.
    pub hops: u8,
    /// Public id of the endpoint.
    pub endpoint_id: String,
    /// Bound of the whole attempt, from name lookup to the last answer.
    pub timeout: Duration,
}

impl fmt::Debug for Parcel {
    /// Prints neither headers nor payload: both may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Parcel")
            .field("message_id", &self.message_id)
            .field("event_type", &self.event_type)
            .field("attempt", &self.attempt)
            .field("endpoint_id", &self.endpoint_id)
            .field("headers", &"[redacted]")
            .field("payload_bytes", &self.payload.len())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
