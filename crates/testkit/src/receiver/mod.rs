//! A scripted HTTP receiver on a loopback port: plays well-behaved, failing and hostile endpoints, and remembers every
//! request byte for byte.
//!
//! It speaks HTTP/1.1 by hand, because half of what it must do (stall, drip, lie, cut off) no server library allows.

mod behaviour;
mod http1;
mod https_port;
mod listen;
mod record;
mod verdict;

pub use behaviour::{Behaviour, Gate};
pub use listen::Receiver;
pub use record::Received;
pub use verdict::verdict;

#[cfg(test)]
mod tests;
