//! A small JSON client of the API: what a program without an SDK would do.

mod call;
mod reply;
mod resources;

pub use call::{Api, CallError, Method, Request};
pub use reply::Reply;
