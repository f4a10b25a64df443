//! Messages of a NATS stream (JetStream), pulled by a durable consumer.
//!
//! The server remembers what the consumer has not acknowledged and hands it out again. A message's place in its stream
//! is its key, with the time at which the stream was made.

mod config;
mod puller;

use super::FeedKind;

/// This kind's line in the list.
pub const KIND: FeedKind = FeedKind {
    name: "nats",
    summary: "the messages of a NATS stream",
    method: "NATS",
    event_type: "nats.message",
    is_keyed: false,
    fields: config::FIELDS,
    example: config::EXAMPLE,
    check: config::check,
};
