//! Messages of a queue over AMQP 0-9-1, as RabbitMQ speaks it.
//!
//! The broker takes back what a connection has not acknowledged when it ends. A message is known again by its
//! `message-id`, where the publisher set one: the broker itself gives none.

mod config;
mod consumer;

use super::FeedKind;

/// This kind's line in the list.
pub const KIND: FeedKind = FeedKind {
    name: "amqp",
    summary: "the messages of a RabbitMQ queue",
    method: "AMQP",
    event_type: "amqp.message",
    is_keyed: false,
    fields: config::FIELDS,
    example: config::EXAMPLE,
    check: config::check,
};
