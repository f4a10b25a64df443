//! What `hooktide listen` is made of: the way to the server, the place in a source's list, the way to the application,
//! and the loop between them.
//!
//! What must stay true: the place moves past a receipt only when that one is dealt with, so that neither a lost
//! connection nor a restart of the server loses or doubles one; and the application gets the bytes that the provider
//! sent.

mod application;
mod event;
mod follow;
mod place;
mod report;
mod server;

pub(crate) use application::Application;
pub(crate) use follow::{Follow, Wishes};
pub(crate) use place::Since;
pub(crate) use report::Report;
pub(crate) use server::{Connections, Server};
