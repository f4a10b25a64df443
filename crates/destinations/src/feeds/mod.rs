//! Where events are fetched from: one module per kind of feed, listed once in [`FEEDS`].
//!
//! A source whose type is the name of a feed has no door. The pipeline opens its feed, commits what [`Feed::next`] hands
//! out, and only then says so by [`Feed::settle`]: whoever goes down in between gets it again.
//!
//! A new feed is a new module here plus one line in the list; checks, masking and tests of the API derive from it.

pub mod amqp;
pub mod cron;
mod headers;
pub mod mqtt;
pub mod nats;
pub mod redis_stream;
mod seam;

use headers::Headers;
pub use seam::{BATCH_MAX, Delivery, Feed, FeedKind, FeedOpener, Opening, feed};

/// Every kind of feed, in the order in which they are shown.
pub const FEEDS: &[FeedKind] = &[cron::KIND, redis_stream::KIND, nats::KIND, amqp::KIND, mqtt::KIND];
