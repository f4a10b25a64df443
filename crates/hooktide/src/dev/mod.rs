//! What `hooktide dev` adds to a server: demo data, a receiver that verifies, and words that show the way.

mod banner;
mod demo;
mod receiver;
mod source;
mod table;

pub(crate) use banner::Banner;
pub(crate) use demo::prepare;
pub(crate) use receiver::Receiver;
pub(crate) use source::{DemoSource, prepare_source};
pub(crate) use table::{prepare_table, table_endpoint};
