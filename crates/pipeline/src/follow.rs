//! Follow: wait for a source's next receipt, for callers who have read its list to the end.
//!
//! A caller takes a place before it reads, so that nothing which is committed in between is missed. Places are memory
//! only: losing one costs its caller another question, never a receipt. While nobody follows, a commit pays one look at
//! a counter.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hooktide_model::{OrgId, Seq};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// Callers of one organisation that may wait at the same time.
pub const FOLLOWERS_PER_ORG_MAX: usize = 64;
/// Callers of all organisations together.
pub const FOLLOWERS_MAX: usize = 1024;

/// Who waits for what.
#[derive(Default)]
pub(crate) struct Followers {
    count: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sources: HashMap<Seq, Followed>,
    orgs: HashMap<OrgId, usize>,
    is_over: bool,
}

struct Followed {
    news: watch::Sender<()>,
    places: usize,
}

/// A caller's place. Hears of every receipt of its source that is committed while it is held.
pub struct Follower {
    followers: Arc<Followers>,
    org: OrgId,
    source: Seq,
    news: watch::Receiver<()>,
}

impl Followers {
    /// Take a place; `None` when there is none left, or the server is ending.
    pub(crate) fn take(self: &Arc<Self>, org: &OrgId, source: Seq) -> Option<Follower> {
        let mut state = self.state.lock();
        let of_org = state.orgs.get(org).copied().unwrap_or(0);
        let is_full = self.count.load(Ordering::Relaxed) >= FOLLOWERS_MAX || of_org >= FOLLOWERS_PER_ORG_MAX;
        if is_full || state.is_over {
            return None;
        }
        state.orgs.insert(org.clone(), of_org + 1);
        let followed = state
            .sources
            .entry(source)
            .or_insert_with(|| Followed { news: watch::Sender::new(()), places: 0 });
        followed.places += 1;
        let news = followed.news.subscribe();
        // Whoever reads the list after this either sees a receipt or is told of it: the list's lock is between the two.
        self.count.fetch_add(1, Ordering::AcqRel);
        drop(state);
        Some(Follower { followers: Arc::clone(self), org: org.clone(), source, news })
    }

    /// A receipt of that source was committed.
    pub(crate) fn tell(&self, source: Seq) {
        if self.count.load(Ordering::Acquire) == 0 {
            return;
        }
        if let Some(followed) = self.state.lock().sources.get(&source) {
            followed.news.send_replace(());
        }
    }

    /// Let everybody go, and take nobody any more: the server is ending.
    pub(crate) fn end(&self) {
        let mut state = self.state.lock();
        state.is_over = true;
        // Without a sender nobody waits.
        state.sources.clear();
    }

    fn leave(&self, org: &OrgId, source: Seq) {
        let mut state = self.state.lock();
        self.count.fetch_sub(1, Ordering::AcqRel);
        if let Some(count) = state.orgs.get_mut(org) {
            *count -= 1;
            if *count == 0 {
                state.orgs.remove(org);
            }
        }
        if let Some(followed) = state.sources.get_mut(&source) {
            followed.places -= 1;
            if followed.places == 0 {
                state.sources.remove(&source);
            }
        }
    }
}

impl Follower {
    /// Wait until there was a receipt since the place was taken or this was last asked; false when the time is up or the
    /// server is ending.
    pub async fn hears(&mut self, until: Instant) -> bool {
        matches!(timeout_at(until, self.news.changed()).await, Ok(Ok(())))
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.followers.leave(&self.org, self.source);
    }
}

impl crate::Pipeline {
    /// Take a place to wait for a source's next receipt. Take it before the list is read. `None` when
    /// [`FOLLOWERS_PER_ORG_MAX`] or [`FOLLOWERS_MAX`] is reached, or the server is ending.
    #[must_use]
    pub fn follow(&self, org: &OrgId, source: hooktide_model::SourceId) -> Option<Follower> {
        self.engine.followers.take(org, source.seq())
    }

    /// Let those go who wait for receipts: the server is ending, and their answers should not hold it up.
    pub fn release_followers(&self) {
        self.engine.followers.end();
    }
}

#[cfg(test)]
mod tests;
