//! The one thread that writes history.
//!
//! Callers queue steps ([`Queue`]); the thread takes whatever has queued while the last commit was flushed, applies
//! it in one transaction ([`apply`]), commits, and only then answers and tells the listener ([`thread`]). What is
//! in memory only (deliveries in lanes) is tracked by [`Outstanding`](crate::backends::common::outstanding::Outstanding), so that a crash can find it again.
//!
//! A crash before the commit leaves nothing of the group; after it, all of it.

mod apply;
mod checkpoint;
mod effects;
mod failure;
mod receipts;
mod roll;
mod thread;
mod tombstones;
mod upkeep;

pub(super) use crate::backends::common::queue::{Op, Prepared, PreparedReceipt, PreparedRefusal, Queue};
pub(super) use apply::insert_schedule_row;
pub(super) use effects::Tombstone;
pub(super) use failure::store_error;
pub(super) use roll::seal_leftovers;
pub(super) use thread::{Writer, WriterSettings, WriterShared, spawn};
#[cfg(test)]
pub(super) use tombstones::DELETE_ROW;
pub(super) use tombstones::delete_rows;
#[cfg(test)]
pub(super) use upkeep::DELETE_FINISHED;
