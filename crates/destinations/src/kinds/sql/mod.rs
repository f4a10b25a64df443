//! A row in PostgreSQL, MySQL, MariaDB or SQLite: upserted by its key, deleted when the event says so.
//!
//! Every value is a parameter of a prepared statement; the only text of a user's that becomes SQL are identifiers, which
//! are checked and quoted. Doing the same event twice leaves the same row, so a retry is always safe; with `newer_wins`
//! an older event that comes late changes nothing.

mod client;
mod config;
mod identifier;
mod mysql;
mod postgres;
mod postgres_tls;
mod sqlite;
mod statement;
mod value;

use crate::seam::{Kind, Seam};

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "sql",
    summary: "a row in PostgreSQL, MySQL, MariaDB or SQLite, upserted by its key",
    schemes: &["postgres", "postgresql", "mysql", "mariadb", "sqlite"],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};

#[cfg(test)]
mod tests;
