//! The bodies of requests (`…In`, `…Patch`) and answers (`…Out`), a file per noun: their JSON, their documentation,
//! and the step from what a caller wrote to checked values. Field names and shapes are the wire API's; fields that
//! only Hooktide has say so.

pub mod application;
pub mod attempt;
pub mod auth;
pub mod endpoint;
pub mod endpoint_destination;
pub mod endpoint_filter;
pub mod endpoint_headers;
pub mod endpoint_secret;
pub mod event_type;
pub mod list;
pub mod message;
pub mod message_out;
pub(crate) mod node;
pub mod patch;
pub mod payload;
pub mod receipt;
pub mod source;
pub mod source_config;
pub mod source_feed;
pub mod source_log;
mod source_rules;
mod source_types;
pub mod status;
pub mod task;
pub mod transformation;

pub use list::ListOut;
pub use patch::Patch;
