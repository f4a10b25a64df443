//! Where bytes go, and where they are fetched: guarded outbound connections.
//!
//! Five rooms. [`guard`] decides which URLs, names and addresses a user may aim at and dials only what it has vetted.
//! [`seam`] is the contract between the engine and the destination kinds, [`mapping`] turns an event into the values
//! that a kind asks for, and [`kinds`] holds one module per kind, each of which reaches the network through the guard
//! and never around it. [`feeds`] holds one module per kind of source that fetches its events. The `pipeline` crate calls both; nothing here knows about stores or retries.

mod connection_headers;
pub mod feeds;
pub mod guard;
pub mod headers;
mod json_line;
pub mod kinds;
pub mod mapping;
pub mod retry_after;
pub mod seam;

pub use connection_headers::{is_of_the_connection, named_by_connection};
pub use headers::{HeaderRefusal, SENSITIVE_HEADERS, check_custom_header, is_sensitive_header};
pub use retry_after::{RETRY_AFTER_MAX, parse_retry_after};
