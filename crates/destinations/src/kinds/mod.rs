//! The destination kinds: one module each, listed once in [`KINDS`].
//!
//! A new kind is a new module here plus one line in the list; documentation, API enums and tests derive from it. What a
//! kind has to offer is told in [`crate::seam`].

pub mod amqp;
pub mod http;
pub mod message;
pub mod mqtt;
pub mod nats;
pub mod redis;
pub mod sql;

pub use crate::seam::Kind;

/// Every kind, in the order in which they are shown.
pub const KINDS: &[Kind] =
    &[http::KIND, sql::KIND, redis::KIND, nats::KIND, amqp::KIND, mqtt::KIND, message::KIND];
