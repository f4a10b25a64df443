//! Endpoints that are not HTTP servers: rows in databases, keys in Redis, files, programs, mails and objects, over the
//! real servers on loopback.

mod actions;
mod configuration;
mod delivery;
mod servers;
