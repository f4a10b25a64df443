//! The seam of the destination kinds: what goes in, what comes out, and what a kind gets for nothing.
//!
//! The pipeline gives every concurrency slot of an endpoint's lane its own [`Destination`] and hands it one [`Parcel`]
//! at a time; [`Delivered`] says what became of it. A kind is described to the rest of the program by a [`Kind`]: its
//! configuration as a table of [`Field`]s, from which the JSON Schema, the checks and the masking of secrets derive.
//!
//! A kind that keeps a connection to a server implements [`Client`]; timeouts, reconnecting, idle closing and the words
//! for an unknown outcome are then [`Slot`]'s. One whose server speaks HTTP implements `WebService`, and the slot of the
//! `http` kind carries its requests.

mod checked;
mod client;
mod delivered;
mod destination;
mod driver;
mod fault;
pub mod fields;
mod gathering;
mod kind;
mod line;
mod parcel;
mod path_locks;
mod pinned;
mod secret;
mod service_url;
mod shared;
mod slot;
mod web;

pub use checked::{Checked, Opener};
pub use client::{Client, Done};
pub use delivered::{DETAIL_BYTES_MAX, Delivered, Outcome};
pub use destination::{BoxFuture, Destination};
pub use driver::Driver;
pub use fault::{Fault, Verdict};
pub use fields::{ConfigMistake, Field, Form, Need};
pub use gathering::Gathering;
pub use kind::{Kind, Seam};
pub use line::{Line, open_line, open_plain, secure_line, vetted};
pub use parcel::Parcel;
pub(crate) use path_locks::PathLocks;
pub(crate) use pinned::tls_pinned_to;
pub use secret::Secret;
pub use service_url::{ServiceScheme, ServiceUrl};
pub use shared::{Policy, Shared, SharedConfig, SharedSetupError};
pub use slot::Slot;
pub(crate) use web::{Web, WebService, judge_status, request_to, service_url};

#[cfg(test)]
mod tests;
