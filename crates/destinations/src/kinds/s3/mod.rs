//! An object per event, or per batch of events, in a store that speaks S3: Amazon's, MinIO, Ceph, R2, Garage and others.
//!
//! The object of one event is the payload, byte for byte, under a key that a template makes of the event. The default key
//! holds the message's id, so a repeated delivery writes the same object again and nothing is doubled. The object of a
//! batch has a line of JSON for each event. Requests are signed (Signature Version 4) as URLs that are valid for minutes.

mod batch;
mod client;
mod config;
mod refusal;

use crate::seam::{Kind, Seam};

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "s3",
    summary: "an object in a store that speaks S3",
    schemes: &[],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};

#[cfg(test)]
mod tests;
