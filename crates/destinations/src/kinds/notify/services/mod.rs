//! The services, one file each; [`Service`] is what they have in common.

mod discord;
mod ntfy;
mod service;
mod slack;
mod teams;
mod telegram;

pub(super) use service::{NAMES, Service};
