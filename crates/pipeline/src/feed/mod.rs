//! Fetch: sources without a door, whose events come from a schedule or a broker.
//!
//! [`supervise`] keeps one task for each of them, [`run`] opens its feed and hands on what comes, [`take`] commits it.
//! A crash before the commit leaves the event with the broker; after it, the event may come again and is recognised by
//! its key, if it has one.
//!
//! What must stay true: nothing is acknowledged before it is durable, and every task has ended before the store closes.

mod feeds;
mod run;
mod supervise;
mod take;

pub(crate) use feeds::Feeds;
pub use feeds::{FEEDS_MAX, FeedState};
pub(crate) use supervise::supervise;

use std::time::Duration;

/// What holds for all sources that fetch.
#[derive(Clone, Copy, Debug)]
pub struct FetchLimits {
    /// Bytes of an event at most, unless its source says otherwise.
    pub body_bytes_max: usize,
    /// How long a payload stays readable.
    pub payload_retention: Duration,
    /// How long the same event is recognised.
    pub dedupe_window: Duration,
}
