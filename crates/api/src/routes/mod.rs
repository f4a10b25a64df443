//! Routes: a file per noun. `table.rs` lists every one of them.

mod application;
mod application_made;
mod attempt;
mod attempt_list;
mod auth;
mod destination;
mod destination_kind;
mod docs;
mod door;
mod endpoint;
mod endpoint_action;
mod endpoint_filter;
mod endpoint_headers;
mod endpoint_secret;
mod endpoint_target;
mod endpoint_transformation;
mod event_type;
mod event_type_seen;
mod feed_kind;
mod health;
mod message;
pub(crate) mod params;
mod receipt;
mod source;
mod source_attempt;
mod source_endpoint;
mod source_endpoint_filter;
mod source_endpoint_transformation;
mod source_log;
mod source_secret;
mod stored;
mod table;

pub(crate) use docs::pages;
pub(crate) use door::{DOOR, door};
pub(crate) use table::operations;
