//! MQTT 5: a message published at quality of service 1, acknowledged by the broker.

mod client;
mod config;
mod connection;

pub(crate) use config::SCHEMES;
pub(crate) use connection::{Connection, Session};

use crate::seam::{Kind, Seam};

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "mqtt",
    summary: "a message on an MQTT topic, acknowledged by the broker",
    schemes: &["mqtt", "mqtts"],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};
