//! The relays that Hooktide is compared with: what any webhook sender has to do at least.
//!
//! Bare: accept (axum), answer 202, sign (Standard Webhooks), send on kept-alive connections. With a log: the message is
//! on the disk before the 202, an outcome record follows the delivery. Neither can retry, list, search or recover.

mod accept;
mod log;
mod send;
mod serve;

pub(crate) use serve::serve;
