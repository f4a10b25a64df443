//! One file per verb of the command line.

pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod dev;
pub(crate) mod export;
pub(crate) mod healthcheck;
pub(crate) mod import;
pub(crate) mod listen;
pub(crate) mod migrate;
mod moving;
pub(crate) mod nodes;
pub(crate) mod openapi;
pub(crate) mod serve;
pub(crate) mod sign;
pub(crate) mod token;
