//! Endpoints that are not plain HTTP servers: rows in databases, keys in Redis, files, programs, mails and objects over the
//! real servers on loopback, HTTP with options, and other applications.

mod actions;
mod batch;
mod chain;
mod cloud_events;
mod configuration;
mod delivery;
mod http;
pub(crate) mod servers;
