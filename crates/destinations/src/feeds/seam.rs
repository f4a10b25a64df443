//! The contract between the pipeline and the kinds of feeds.
//!
//! What must stay true: nothing is acknowledged before [`Feed::settle`] says that it is durable, and a feed that is
//! dropped has acknowledged nothing that was not settled.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use hooktide_model::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::FEEDS;
use crate::seam::fields::{ConfigMistake, Field};
use crate::seam::{BoxFuture, Fault, Policy, Secret, Shared};

/// Most events that a feed hands out at once: they are committed together.
pub const BATCH_MAX: usize = 32;

/// A kind's line in the list.
#[derive(Debug, Clone, Copy)]
pub struct FeedKind {
    /// Stable name in the API and the store: the type of the source.
    pub name: &'static str,
    /// One line for people.
    pub summary: &'static str,
    /// What receipts show in the place of a request's method.
    pub method: &'static str,
    /// The type of an event that says nothing about it.
    pub event_type: &'static str,
    /// Whether the feed alone says which two events are the same.
    pub is_keyed: bool,
    /// The configuration's fields: the one source of schema, checks and masking.
    pub fields: &'static [Field],
    /// A configuration that passes, as JSON, for documentation.
    pub example: &'static str,
    /// Checks a configuration. All mistakes are told at once.
    pub check: fn(&Value, &Policy) -> Result<FeedOpener, Vec<ConfigMistake>>,
}

/// The feed of a name.
#[must_use]
pub fn feed(name: &str) -> Option<&'static FeedKind> {
    FEEDS.iter().find(|kind| kind.name == name)
}

/// One event as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Where it was, as a path: `/stream/subject`.
    pub place: String,
    /// What the broker says of it, and its own headers, in order. Names are lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The exact bytes.
    pub body: Bytes,
    /// What makes it the same event as another, where the broker knows.
    pub key: Option<String>,
}

/// An open feed of one source.
pub trait Feed: Send {
    /// Waits for what comes next: one event or more, [`BATCH_MAX`] at most. Dropping the future loses nothing that the
    /// broker would not hand out again to the next feed.
    ///
    /// # Errors
    /// The feed is over; the next one may do better.
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Delivery>, Fault>>;

    /// Says, one by one, which events of the last batch are durable. The others are to be handed out again.
    ///
    /// # Errors
    /// The broker was not told: it will hand them out again, and they will be recognised if they have a key.
    fn settle<'a>(&'a mut self, taken: &'a [bool]) -> BoxFuture<'a, Result<(), Fault>>;
}

/// What a feed is opened with.
#[derive(Clone)]
pub struct Opening {
    /// What all connections of this server share.
    pub shared: Arc<Shared>,
    /// What was due before is not made up for.
    pub since: Timestamp,
    /// When opening has failed.
    pub deadline: Instant,
}

type Open = dyn Fn(Opening) -> BoxFuture<'static, Result<Box<dyn Feed>, Fault>> + Send + Sync;

/// A checked configuration that a feed is opened from, as often as it breaks.
#[derive(Clone)]
pub struct FeedOpener {
    open: Arc<Open>,
    secrets: Arc<[Secret]>,
}

impl FeedOpener {
    /// Opens with `open`; `secrets` is everything in the configuration that must never be shown.
    pub(super) fn new<F>(secrets: Vec<Secret>, open: impl Fn(Opening) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Box<dyn Feed>, Fault>> + Send + 'static,
    {
        Self { open: Arc::new(move |opening| Box::pin(open(opening))), secrets: secrets.into() }
    }

    /// The feed, connected.
    ///
    /// # Errors
    /// Why it could not be opened.
    pub async fn open(&self, opening: Opening) -> Result<Box<dyn Feed>, Fault> {
        (self.open)(opening).await
    }

    /// A text that came from elsewhere, without the configuration's secrets.
    #[must_use]
    pub fn redact(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| secret.redact(text))
    }
}

impl fmt::Debug for FeedOpener {
    /// Prints nothing of the configuration, which may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FeedOpener([redacted])")
    }
}
