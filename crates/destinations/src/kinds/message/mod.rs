//! A message published into an application of this server: events in a chain.
//!
//! Only the configuration is here. What is published is the pipeline's own deed, in the organisation of the endpoint and
//! in no other, with the delivery's idempotency key, and with a count of hops that ends a loop.

mod config;

pub use config::MessageOptions;

use super::Kind;
use crate::seam::Seam;

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "message",
    summary: "a message published into an application of the same organisation",
    schemes: &[],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};

#[cfg(test)]
mod tests;
