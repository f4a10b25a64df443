//! Redis and what speaks its protocol: a key set or deleted, a message published, an entry added to a stream.

mod client;
mod config;

pub(crate) use client::{Connection, connect, fault};
pub(crate) use config::{SCHEMES, database};

use crate::seam::{Kind, Seam};

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "redis",
    summary: "a key, a published message or a stream entry in Redis",
    schemes: &["redis", "rediss"],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};
