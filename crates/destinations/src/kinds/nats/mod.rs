//! NATS: a message in a JetStream stream, acknowledged and de-duplicated by the server, or a core publication.

mod client;
mod config;

pub(crate) use client::{News, Server};
pub(crate) use config::{SCHEMES, server};

use crate::seam::{Kind, Seam};

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "nats",
    summary: "a message on a NATS subject, acknowledged by JetStream",
    schemes: &["nats", "tls"],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};
