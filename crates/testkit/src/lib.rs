//! Test support: the real binary as a server under test, a scripted receiver, a scripted name server, certificates, and a
//! ledger that checks promises.
//!
//! Used by the black-box tests in `tests/` and by nothing that ships. Three rules hold for all of it: loopback only,
//! no fixed ports (a host that URLs name without a port has an address of its own instead), and no waiting for a span of
//! time where a condition can be waited for instead. Support code panics with the whole picture (request, answer, server
//! log) because a panic is what a test reports.

mod api;
mod at_rest;
mod clock;
mod cluster;
mod dice;
mod dns;
mod integrity;
mod ledger;
mod on_disk;
mod postgres;
mod process;
mod proxy;
mod raw;
mod receiver;
mod server;
mod tls;
mod wait;

pub use api::{Api, CallError, Method, Reply, Request};
pub use at_rest::AtRest;
pub use clock::unix_seconds;
pub use cluster::{Cluster, Node};
pub use dice::Dice;
pub use dns::{DnsQuestion, DnsReply, StubDns};
pub use integrity::{check_databases, copy_of_databases};
pub use ledger::{
    Answer, Delivery, DeliveryState, Digest, Kill, Ledger, Publish, Sent, ServerView, Summary, Violation,
};
pub use on_disk::{Attempts, OnDisk};
pub use postgres::{Lives, OnRecord, OwnPostgres, ScratchSchema, StopMode};
pub use process::output_within;
pub use proxy::TcpProxy;
pub use raw::{RawReply, raw_exchange, raw_exchange_within};
pub use receiver::{Behaviour, Gate, Received, Receiver, verdict};
pub use server::{Program, ServerSetup, ServerUnderTest, find_binary, on_postgres, workspace_root};
pub use tls::{LocalAuthority, TlsFront, TlsIdentity};
pub use wait::{DEADLINE, wait_until, wait_until_within};
