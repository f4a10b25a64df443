//! What backends share: the queue before a writer, and what a writer remembers of deliveries in memory.

pub(super) mod outstanding;
pub(super) mod queue;
