//! The destination kinds: one module each, listed once in [`KINDS`].
//!
//! A new kind is a new module here plus one line in the list; documentation, API enums and tests derive from it. What a
//! kind has to offer is told in [`crate::seam`].

pub mod amqp;
pub mod command;
pub mod email;
pub mod file;
pub mod http;
pub mod message;
pub mod mqtt;
pub mod nats;
pub mod notify;
pub mod redis;
pub mod s3;
pub mod sql;

pub use crate::seam::Kind;

/// Every kind, in the order in which they are shown.
pub const KINDS: &[Kind] = &[
    http::KIND,
    sql::KIND,
    redis::KIND,
    nats::KIND,
    amqp::KIND,
    mqtt::KIND,
    file::KIND,
    command::KIND,
    notify::KIND,
    email::KIND,
    s3::KIND,
    message::KIND,
];
