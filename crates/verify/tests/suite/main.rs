//! The whole crate through its public face: known answers, refusals, rotation, properties, and agreement with the
//! published library. One binary, so that it is linked once.

mod interop;
mod known_answers;
mod properties;
mod refusals;
mod signing;
mod support;
