//! The same server on PostgreSQL: one node, two nodes, a node that is gone, much that waits, much that was.

mod adoption;
mod history;
mod nodes;
mod past;
mod send;
mod waiting;

pub(super) use adoption::run as adoption;
pub(super) use history::run as history;
pub(super) use send::run as send;
pub(super) use waiting::run as waiting;
