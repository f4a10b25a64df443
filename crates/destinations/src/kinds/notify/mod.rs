//! A message to people: Slack, Discord, Teams, Telegram or ntfy.
//!
//! One file per service in `services/` knows its request, its limit and its refusals; everything else is the same for
//! all. A text that is too long for its service is cut, never refused, and an event's data cannot mention anybody where
//! the service lets that be switched off.

mod client;
mod config;
mod services;
mod text;

use crate::seam::{Kind, Seam};

/// This kind's line in the list.
pub const KIND: Kind = Kind {
    name: "notify",
    summary: "a message in Slack, Discord, Teams, Telegram or ntfy",
    schemes: &[],
    seam: Some(Seam { fields: config::FIELDS, example: config::EXAMPLE, check: config::check }),
};

#[cfg(test)]
mod tests;
