//! AMQP 0-9-1, as RabbitMQ speaks it: a persistent message that the broker has confirmed and routed.

mod client;
mod config;
mod connection;

pub(crate) use client::fault;
pub(crate) use config::{SCHEMES, SHORT_STRING_BYTES_MAX};
pub(crate) use connection::Connection;

use crate::seam::{Kind, Seam};

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "amqp",
    summary: "a message in RabbitMQ, confirmed and routed",
    schemes: &["amqp", "amqps"],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};
