//! A store with everything in it that stores can hold, and everything that the seam tells of one: for tests that a moved
//! store is the same.

mod everything;
mod filled;

pub use everything::{Everything, everything, replays};
pub use filled::{Filled, fill};
