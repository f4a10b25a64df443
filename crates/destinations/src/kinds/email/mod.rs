//! An e-mail over SMTP.
//!
//! The connection is encrypted, by TLS from the start (`smtps`) or by STARTTLS (`smtp`), unless the endpoint says that it
//! need not be; a server that does not offer STARTTLS is not spoken to. A mail counts as delivered when the server has
//! taken it. Its Message-ID is made of the delivery's idempotency key, so a mail that was sent twice is recognised.

mod client;
mod config;
mod mail;
mod session;
mod starttls;
mod stream;

use crate::seam::{Kind, Seam};

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "email",
    summary: "an e-mail over SMTP",
    schemes: &["smtp", "smtps"],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};

#[cfg(test)]
mod tests;
