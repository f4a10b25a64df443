//! The ledger: compares what the publisher was promised, what the receiver saw and what the server says it did.
//!
//! Pure: the views go in, violations come out. The crash tests feed it after every kill.

mod check;
mod views;

pub use check::{Summary, Violation};
pub use views::{Answer, Delivery, DeliveryState, Digest, Kill, Ledger, Publish, Sent, ServerView};

#[cfg(test)]
mod tests;
