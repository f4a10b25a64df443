//! The one thread of a node that writes history.
//!
//! Callers queue steps ([`super::super::common::queue::Queue`]); the thread takes whatever has queued while the last commit was flushed ([`thread`]), turns it
//! into columns ([`columns`]), and sends one transaction, mostly as one statement ([`commit`], [`tables`]): the fence, the keys
//! ([`keys`]), the rows. Only then it answers and tells the listener ([`effects`]).
//!
//! A crash before the commit leaves nothing of the group; after it, all of it. When the connection is lost while a
//! commit is under way, the group is in doubt ([`doubt`]) until the database says which of the two it was.

mod columns;
mod commit;
mod doubt;
mod effects;
mod keys;
mod line;
mod step;
mod tables;
mod thread;

pub(super) use thread::spawn;
