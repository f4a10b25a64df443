//! History in native partitions: lists and details, the erasing of contents, and the partitions' making and dropping.
//!
//! `message`, `receipt` and `attempt` are partitioned by the time in their keys, so a list is an index scan per
//! partition, begun at the end that is asked for and ended when the page is full; what is looked up by key is looked
//! up in its own partition.

mod attempt_row;
mod attempts;
mod candidates;
mod counts;
mod deliveries;
mod erase;
mod message_row;
mod messages;
mod partitions;
mod reader;
mod receipts;
mod retention;
mod rows;
#[cfg(test)]
mod tests;

pub(super) use message_row::{MESSAGE_COLUMNS, unpack_message};
pub(super) use partitions::Partitions;
pub(super) use reader::PgHistory;
pub(super) use retention::{KeyWindows, sweep};
