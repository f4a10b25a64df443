//! A name server whose answers a test writes, for the guard's own tests and for whole servers
//! (`HOOKTIDE_DELIVERY_DNS_SERVERS`).

mod message;
mod server;
mod zone;

#[cfg(test)]
mod tests;

pub use server::{DnsQuestion, DnsReply, StubDns};
