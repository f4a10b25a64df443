//! Handshakes: what a provider asks before or between deliveries, and the exact answer it wants.
//!
//! A handshake belongs to a source's provider and is bound to a method. What must stay true: it is data, it answers
//! only its own shape, and it fetches or learns nothing by itself: it tells the caller what to do.

mod answer;
mod model;

pub use answer::{Answer, ECHO_BYTES_MAX, LEARNT, answer};
pub use model::{Body, Condition, Fetch, Handshake, Value};
