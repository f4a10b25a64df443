//! Entries of a Redis stream, read as a consumer of a group.
//!
//! Redis remembers what the consumer was given and has not acknowledged. A feed asks for that first, so what was being
//! committed in a crash comes again; its entry id is its key.

mod config;
mod reader;
mod reply;

use super::FeedKind;

/// This kind's line in the list.
pub const KIND: FeedKind = FeedKind {
    name: "redis-stream",
    summary: "the entries of a Redis stream",
    method: "REDIS",
    event_type: "redis-stream.entry",
    is_keyed: false,
    fields: config::FIELDS,
    example: config::EXAMPLE,
    check: config::check,
};
