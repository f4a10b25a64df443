//! The guard's tests: addresses, URLs, DNS answers.

mod address;
mod dns;
mod policy;
mod stub_dns;
mod support;
mod url;
mod vet;
