//! Endpoints that are not plain HTTP servers: rows in databases and keys in Redis over the real servers on loopback, HTTP
//! with options, and other applications.

mod chain;
mod cloud_events;
mod configuration;
mod delivery;
mod http;
mod servers;
