//! The server: built from a configuration, run until it is told to stop.
//!
//! `serve` and `dev` call [`Server::start`] and [`Server::run`]. What must stay true: nothing listens before the store
//! is open, and nothing is closed before requests in flight have been answered or their time is up.

mod build;
mod connections;
mod files;
mod meter;
mod run;
mod secrets;
mod signals;
mod store;
mod threads;

pub(crate) use build::Server;
pub(crate) use files::make_data_dir;
pub(crate) use secrets::{jwt_secret, main_secret};
pub(crate) use store::{chunk_age, retention};
pub(crate) use threads::runtime;
