//! One segment of history: a database file of its own.
//!
//! The open chunk takes all writes and has no secondary index on disk (those live in memory: [`MemoryIndex`]).
//! When it is full it is closed, indexed once in bulk by a background thread ([`seal`]), and from then on only
//! loses schedule rows and erased contents. Retention unlinks the whole file.

mod bloom;
mod file;
mod memory_index;
mod memory_schedule;
mod schema;
mod seal;

pub(super) use bloom::Bloom;
pub(super) use file::{Chunk, Reader, chunk_path, list_chunks, with_suffix};
pub(super) use memory_index::{AttemptEntry, KeyEntry, MemoryIndex, MessageEntry, ReceiptEntry, type_hash};
pub(super) use memory_schedule::{ScheduleChange, Waiting};
pub(super) use schema::{
    Meta, checkpoint_in_commits, create_file, discard_file, get_meta, open_writer, put_meta,
};
pub(super) use seal::seal;
