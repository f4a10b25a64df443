//! A schedule: at each of its times there is one event.

mod clockwork;
mod config;
mod schedule;

use super::FeedKind;

/// This kind's line in the list.
pub const KIND: FeedKind = FeedKind {
    name: "cron",
    summary: "an event at each time of a schedule",
    method: "CRON",
    event_type: "cron.tick",
    is_keyed: true,
    fields: config::FIELDS,
    example: config::EXAMPLE,
    check: config::check,
};

#[cfg(test)]
mod tests;
