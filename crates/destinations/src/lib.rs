//! Where bytes go: guarded outbound connections.
//!
//! Two rooms. [`guard`] decides which URLs, names and addresses a user may aim at and dials only what it has vetted.
//! [`kinds`] holds one module per destination kind, each of which reaches the network through the guard and never
//! around it. The `pipeline` crate calls both; nothing here knows about messages, stores or retries.

pub mod guard;
pub mod headers;
pub mod kinds;
pub mod retry_after;

pub use headers::{HeaderRefusal, SENSITIVE_HEADERS, check_custom_header, is_sensitive_header};
pub use retry_after::{RETRY_AFTER_MAX, parse_retry_after};
