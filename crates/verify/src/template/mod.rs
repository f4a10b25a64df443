//! The declarative engine: what is signed, with which hash, how the signature is written and where it and its time are.
//!
//! Most providers and every custom scheme are a [`Template`]. What must stay true: everything about the algorithm is
//! in the template; nothing is taken from the request.

mod candidates;
mod check;
mod content;
mod digest;
mod encoding;
mod escape;
mod judge;
mod key;
mod model;
mod time;
mod write;

pub use check::TemplateMistake;
pub(crate) use check::{header_name, json_pointer};
pub use digest::Hash;
pub use encoding::Encoding;
pub use key::KeyForm;
pub use model::{Part, SignatureAt, Template, Text, TimeUnit, Timestamp, TimestampAt};

pub(crate) use content::content;
pub(crate) use digest::{mac, plain};
pub(crate) use judge::{Construction, judge};
pub(crate) use key::prepare;
pub(crate) use time::check as check_time;
pub(crate) use write::write;
