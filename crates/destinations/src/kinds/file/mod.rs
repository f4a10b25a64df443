//! A line of JSON at the end of a file below the operator's directory, rotated by size or by day.
//!
//! A line is one write, flushed to the disk before the delivery counts as done, so a reader never sees half an event and
//! a crash loses none that was confirmed. What a crash may leave is a torn last line, which was never confirmed: the next
//! delivery begins on a line of its own. A delivery that is repeated is a second line with the same `idempotency_key`.

mod append;
mod client;
mod config;
mod place;
mod rotate;

use crate::seam::{Kind, Seam};

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "file",
    summary: "a line of JSON at the end of a file on the server",
    schemes: &[],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};

#[cfg(test)]
mod tests;
