//! The three views of the same events.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

/// SHA-256 of a payload as it was published or received.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02x}{:02x}{:02x}{:02x}…", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

/// What came of one publish call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Acknowledged with this message id.
    Accepted(String),
    /// No answer: the server may or may not have stored it.
    Unanswered,
}

/// Everything the publisher knows of one idempotency key.
#[derive(Debug, Clone)]
pub struct Publish {
    /// Digest of the payload, the same for every call with this key.
    pub digest: Digest,
    /// Answers in order, one per call.
    pub answers: Vec<Answer>,
}

/// One request that the receiver got.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Which message for which endpoint.
    pub delivery: Delivery,
    /// Digest of the body.
    pub digest: Digest,
}

/// A message for one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delivery {
    /// Message id.
    pub message: String,
    /// Endpoint, by the name the test gave it.
    pub endpoint: String,
}

impl Delivery {
    /// A message for one endpoint.
    #[must_use]
    pub fn new(message: &str, endpoint: &str) -> Self {
        Self { message: message.to_owned(), endpoint: endpoint.to_owned() }
    }
}

/// What the server says of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Delivered.
    Succeeded,
    /// To be tried, or tried again.
    Pending,
    /// Given up, visible and recoverable.
    Failed,
}

/// The server's view, as listed by its API.
#[derive(Debug, Clone, Default)]
pub struct ServerView {
    /// Every message it lists.
    pub messages: BTreeSet<String>,
    /// What it says of each delivery.
    pub states: BTreeMap<Delivery, DeliveryState>,
    /// How many attempts it lists for each delivery.
    pub attempts: BTreeMap<Delivery, usize>,
}

/// One kill and what was on the wire at that moment: sent to the receiver, but its outcome not yet on record.
#[derive(Debug, Clone, Default)]
pub struct Kill {
    /// Deliveries that may be repeated because of this kill, at most once each.
    pub in_flight: BTreeSet<Delivery>,
}

/// All views of one run.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Replays the run; shown with every violation.
    pub seed: u64,
    /// Endpoints that every message goes to.
    pub endpoints: Vec<String>,
    /// The publisher's view by idempotency key.
    pub published: BTreeMap<String, Publish>,
    /// The receiver's view in order of arrival.
    pub sent: Vec<Sent>,
    /// Kills in order.
    pub kills: Vec<Kill>,
}

impl Ledger {
    /// An empty ledger of a run.
    #[must_use]
    pub fn new(seed: u64, endpoints: &[&str]) -> Self {
        Self {
            seed,
            endpoints: endpoints.iter().map(|it| (*it).to_owned()).collect(),
            published: BTreeMap::new(),
            sent: Vec::new(),
            kills: Vec::new(),
        }
    }

    /// Enters one publish call.
    ///
    /// # Panics
    /// When the key was used for another payload: that is a mistake of the test.
    pub fn enter(&mut self, key: &str, payload: &[u8], answer: Answer) {
        let digest = Digest::of(payload);
        let publish =
            self.published.entry(key.to_owned()).or_insert_with(|| Publish { digest, answers: Vec::new() });
        assert_eq!(publish.digest, digest, "key {key} was published with two payloads");
        publish.answers.push(answer);
    }

    /// Keys whose publisher still does not know whether the server has them.
    #[must_use]
    pub fn unanswered(&self) -> Vec<String> {
        let open = self.published.iter().filter(|(_, publish)| publish.ids().is_empty());
        open.map(|(key, _)| key.clone()).collect()
    }
}

impl Publish {
    /// The distinct message ids that were acknowledged.
    pub(super) fn ids(&self) -> BTreeSet<&str> {
        let accepted = self.answers.iter().filter_map(|answer| match answer {
            Answer::Accepted(id) => Some(id.as_str()),
            Answer::Unanswered => None,
        });
        accepted.collect()
    }
}
