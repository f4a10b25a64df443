//! What `hooktide dev` adds to a server: demo data, a receiver that verifies, and words that show the way.

mod banner;
mod demo;
mod receiver;
mod source;

pub(crate) use banner::banner;
pub(crate) use demo::prepare;
pub(crate) use receiver::Receiver;
pub(crate) use source::{DemoSource, prepare_source};
