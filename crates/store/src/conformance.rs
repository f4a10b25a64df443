//! The suite that every backend must pass.

pub mod configuration;
