//! Forms: how the text of a setting becomes a typed value, one file per kind of value. `keys.rs` picks a form for
//! every key and binds it to a field.

mod byte_size;
mod database;
mod duration;
mod form;
mod network;
mod number;
mod text;

pub(crate) use byte_size::{BytesIn, BytesOrUnlimited};
pub(crate) use database::{Database, shown_database};
pub(crate) use duration::{DurationIn, DurationOrOff, Schedule};
pub(crate) use form::{Bound, Form, Optional, Setting};
pub(crate) use network::{Address, BaseUrl, NameServers, Subnets};
pub(crate) use number::{CountIn, Fraction, SizeIn, Switch};
pub(crate) use text::{Choice, FilePath, LogDirectives, NodeName, ProgramPaths, Secret};

pub use byte_size::{format_bytes, parse_bytes};
pub use duration::{format_duration, parse_duration};
pub use form::Wrong;

#[cfg(test)]
mod tests;
