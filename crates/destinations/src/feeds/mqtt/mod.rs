//! Messages of an MQTT 5 topic filter, at quality of service 1.
//!
//! The broker keeps the session of a client that is away, and sends again what was not acknowledged. MQTT gives messages
//! no identity: one that was committed in the moment of a crash becomes a second event, unless the source's own `dedupe`
//! recognises it.

mod config;
mod subscriber;

use super::FeedKind;

/// This kind's line in the list.
pub const KIND: FeedKind = FeedKind {
    name: "mqtt",
    summary: "the messages of MQTT topics",
    method: "MQTT",
    event_type: "mqtt.message",
    is_keyed: false,
    fields: config::FIELDS,
    example: config::EXAMPLE,
    check: config::check,
};
