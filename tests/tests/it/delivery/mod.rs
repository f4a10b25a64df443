//! Delivery: what reaches the receiver, when it is tried again, and what an endpoint cannot do to others.

mod again;
mod basics;
mod disabling;
mod fairness;
mod hostile;
mod ordering;
mod retries;
mod throttle;
