//! The guard's tests: addresses, URLs, DNS answers.

mod address;
mod dns;
mod policy;
mod service;
mod support;
mod url;
mod vet;
