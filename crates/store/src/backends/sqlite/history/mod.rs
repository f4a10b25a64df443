//! Lists and details of history, over memory indexes and sealed chunks alike.
//!
//! A list collects candidates chunk by chunk in the direction of the walk ([`walk`]) and stops as soon as no other
//! chunk can hold an earlier one, so its cost does not grow with history.

mod attempts;
mod counts;
mod deliveries;
mod erase;
mod message_row;
mod messages;
#[cfg(test)]
mod plans;
mod receipts;
mod walk;

pub(super) use attempts::{attempt, attempts_of_endpoint, attempts_of_message};
pub(super) use counts::attempt_counts;
pub(super) use deliveries::{deliveries, messages_of_endpoint};
pub(super) use erase::{expunge_payload, expunge_response};
pub(super) use message_row::read_from;
pub(super) use messages::{message, messages};
pub(super) use receipts::{receipt, receipt_head, receipts};
