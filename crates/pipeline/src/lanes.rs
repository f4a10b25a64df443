//! All lanes, found by endpoint, created when first needed, closed when nothing needs them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hooktide_model::Seq;
use parking_lot::RwLock;

use crate::lane::Lane;

/// The lanes of this process.
pub(crate) struct Lanes {
    by_endpoint: RwLock<HashMap<Seq, Arc<Lane>>>,
    allowance_max: usize,
    concurrency_max: usize,
    /// Bytes of deliveries in memory.
    bytes: AtomicUsize,
    bytes_max: usize,
}

impl Lanes {
    pub(crate) fn new(allowance_max: usize, concurrency_max: usize, bytes_max: usize) -> Self {
        Self {
            by_endpoint: RwLock::new(HashMap::new()),
            allowance_max: allowance_max.max(1),
            concurrency_max: concurrency_max.max(1),
            bytes: AtomicUsize::new(0),
            bytes_max,
        }
    }

    /// The lane of an endpoint, if there is one.
    pub(crate) fn find(&self, endpoint: Seq) -> Option<Arc<Lane>> {
        self.by_endpoint.read().get(&endpoint).cloned()
    }

    /// The lane of an endpoint.
    pub(crate) fn get(&self, endpoint: Seq) -> Arc<Lane> {
        if let Some(lane) = self.find(endpoint) {
            return lane;
        }
        let mut lanes = self.by_endpoint.write();
        let new = || Arc::new(Lane::new(endpoint, self.allowance_max, self.concurrency_max));
        Arc::clone(lanes.entry(endpoint).or_insert_with(new))
    }

    /// Promise a place in the endpoint's lane; `false` when it must wait in the schedule.
    pub(crate) fn try_reserve(&self, endpoint: Seq) -> bool {
        if self.bytes.load(Ordering::Relaxed) >= self.bytes_max {
            return false;
        }
        // A lane that is being closed was unused a moment ago; the next look-up finds or makes an open one. While the
        // server ends, closed lanes stay closed: the schedule takes it.
        (0..2).find_map(|_| self.get(endpoint).try_reserve()).unwrap_or(false)
    }

    /// A delivery was put into a lane.
    pub(crate) fn add_bytes(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A delivery was taken out of a lane.
    pub(crate) fn remove_bytes(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Close and forget lanes that nothing needs; how many are left, and deliveries in them.
    pub(crate) fn tidy(&self) -> (usize, usize) {
        let mut lanes = self.by_endpoint.write();
        lanes.retain(|_, lane| !lane.close_if_unused());
        (lanes.len(), lanes.values().map(|lane| lane.len()).sum())
    }

    /// Close all lanes: the server is ending.
    pub(crate) fn close(&self) {
        for lane in self.by_endpoint.read().values() {
            lane.close();
        }
    }

    /// Let go of every delivery: they are another node's. Their bytes.
    pub(crate) fn disown(&self) -> usize {
        self.by_endpoint.read().values().map(|lane| lane.disown()).sum()
    }

    /// Every lane must load its endpoint again.
    pub(crate) fn forget_subscribers(&self) {
        for lane in self.by_endpoint.read().values() {
            lane.forget_subscriber();
        }
    }

    /// The lanes of these must load their endpoints again.
    pub(crate) fn forget_subscribers_of(&self, endpoints: impl Iterator<Item = Seq>) {
        for lane in endpoints.filter_map(|endpoint| self.find(endpoint)) {
            lane.forget_subscriber();
        }
    }
}
