//! What the rest of the flow knows of the running feeds: their states, and how to call the supervisor.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hooktide_model::{Seq, Source, Timestamp};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// Sources that fetch at the same time; what is beyond waits until another is deleted or switched off.
pub const FEEDS_MAX: usize = 1000;

/// How a feed is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedState {
    /// Whether it is open; else it waits for its next try.
    pub is_connected: bool,
    /// Since when.
    pub since: Timestamp,
    /// Why it broke or could not be opened the last time; absent when all is well. Holds nothing secret.
    pub last_error: Option<String>,
}

/// The states of the running feeds, and the ways to their supervisor.
pub(crate) struct Feeds {
    states: Mutex<HashMap<Seq, FeedState>>,
    pub(super) changed: Notify,
    pub(super) stop: watch::Sender<bool>,
    supervisor: Mutex<Option<JoinHandle<()>>>,
}

impl Feeds {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            states: Mutex::default(),
            changed: Notify::new(),
            stop: watch::Sender::new(false),
            supervisor: Mutex::new(None),
        })
    }

    /// Remember the supervisor, so that somebody can wait for its end.
    pub(crate) fn started(&self, supervisor: JoinHandle<()>) {
        *self.supervisor.lock() = Some(supervisor);
    }

    /// A source was created, changed or deleted.
    pub(crate) fn source_changed(&self, versions: &[&Source]) {
        if versions.iter().any(|source| source.feed.is_some()) {
            self.changed.notify_one();
        }
    }

    /// Look again at what is stored.
    pub(crate) fn look(&self) {
        self.changed.notify_one();
    }

    /// How a source's feed is doing; `None` when it does not run.
    pub(crate) fn state(&self, source: Seq) -> Option<FeedState> {
        self.states.lock().get(&source).cloned()
    }

    pub(super) fn note(&self, source: Seq, state: FeedState) {
        self.states.lock().insert(source, state);
    }

    pub(super) fn forget(&self, source: Seq) {
        self.states.lock().remove(&source);
    }

    /// End all feeds: what is being committed is committed and acknowledged, as far as there is time.
    pub(crate) async fn end(&self, grace: Duration) {
        self.stop.send_replace(true);
        let supervisor = self.supervisor.lock().take();
        let Some(mut supervisor) = supervisor else { return };
        if tokio::time::timeout(grace, &mut supervisor).await.is_err() {
            tracing::warn!("some feeds did not end in time; what they have not acknowledged comes again");
            supervisor.abort();
        }
    }
}
