//! Endpoints that are not HTTP servers: rows in databases, keys in Redis, over the real servers on loopback.

mod configuration;
mod delivery;
mod servers;
