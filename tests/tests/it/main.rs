//! Black-box tests of the running binary, a module per part of the API and one per promise.
//!
//! Every test starts a server of its own in a fresh directory and talks to it over loopback. `cargo xtask test` builds
//! the binary and the SDK environments first; `HOOKTIDE_BIN` and `HOOKTIDE_SDK_DIR` name them otherwise.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod application;
mod attempt;
mod authentication;
mod cli;
mod cluster;
mod crash;
mod delivery;
mod deploy;
mod destinations;
mod dev;
mod disk_full;
mod endpoint;
mod errors;
mod event_type;
mod failed_flush;
mod filter;
mod guard;
mod headers;
mod health;
mod idempotency;
mod isolation;
mod load;
mod message;
mod migrate;
mod moving;
mod openapi;
mod pagination;
mod payloads;
mod preload;
mod receive;
mod sdk;
mod secrets;
mod shutdown;
mod slow_flush;
mod transformation;
mod world;
