//! What the suite needs to know about a server.

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use serde_json::Value;

/// What arrived at the server for one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The payload, or the part of it that is kept.
    pub(crate) content: Bytes,
    /// The idempotency key, where the effect carries one.
    pub(crate) idempotency_key: Option<String>,
}

/// What two deliveries of one parcel leave behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twice {
    /// One effect.
    Once,
    /// Two effects with the same idempotency key.
    TwoWithOneKey,
}

/// A server, with a table, key or queue of its own for one test.
#[async_trait]
pub(crate) trait Fixture: Sized + Send + Sync {
    /// Name of the destination kind.
    const KIND: &'static str;
    /// What a repeated delivery leaves behind.
    const TWICE: Twice;
    /// What two deliveries leave behind of which the first was cut off by a silent server.
    const UNCONFIRMED: Twice = Self::TWICE;
    /// What is told of a server that accepts a connection and says nothing: one that speaks first got nothing.
    const SILENCE: &'static str = "nothing was sent";

    /// Connects the observer and creates what the configuration names. Panics with the server's name when it cannot be
    /// reached.
    async fn start() -> Self;

    /// The server's `host:port`; `None` for a kind without a server.
    fn server(&self) -> Option<String>;

    /// A working configuration, aimed at `server` and with a password where one is given.
    fn config(&self, server: &str, password: Option<&str>) -> Value;

    /// A configuration of which every delivery fails for good, and a word of the failure's detail.
    fn broken(&self) -> (Value, &'static str);

    /// What is seen when this parcel arrives; `None` when the kind refuses such a payload.
    fn expected(&self, parcel: &Parcel) -> Option<Bytes>;

    /// What has arrived for this parcel, as soon as it is at least `count` or nothing more comes.
    async fn seen(&self, parcel: &Parcel, count: usize) -> Vec<Seen>;

    /// Removes what `start` created.
    async fn clean(&self);
}
