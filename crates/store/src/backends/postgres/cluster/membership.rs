//! Who this node is in the cluster, whose rows it serves, and whether it may still send.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::RwLock;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Of the lease, the part at whose end a node stops sending: another may take over at its full length.
const SAFE_PART: f64 = 0.8;

/// The node's standing. One writer of it, the keeper; everybody else reads.
pub(in super::super) struct Membership {
    identity: RwLock<Identity>,
    /// Counts the lives of this node: a new one begins when another node has taken its work over.
    generation: AtomicU64,
    /// The life that the writer has begun to write for.
    acknowledged: AtomicU64,
    is_lost: AtomicBool,
    /// Until when it may send, in milliseconds since `began`; monotonic, and it runs while the process is stopped.
    valid_until_ms: AtomicU64,
    began: Instant,
    lease: Duration,
    /// Wakes the keeper.
    pub(super) call: Notify,
    /// Whether the rows of the schedule are to be counted anew.
    pub(super) wants_count: AtomicBool,
}

#[derive(Clone, Default)]
struct Identity {
    node: i64,
    /// Its own id, and those of the nodes whose work it has taken over.
    serves: Arc<[i64]>,
}

impl Membership {
    pub(in super::super) fn new(lease: Duration) -> Self {
        Self {
            identity: RwLock::default(),
            generation: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            is_lost: AtomicBool::new(false),
            valid_until_ms: AtomicU64::new(0),
            began: Instant::now(),
            lease,
            call: Notify::new(),
            wants_count: AtomicBool::new(false),
        }
    }

    /// This node's id.
    pub(in super::super) fn node(&self) -> i64 {
        self.identity.read().node
    }

    /// The ids whose rows of the schedule this node serves.
    pub(in super::super) fn served(&self) -> Arc<[i64]> {
        Arc::clone(&self.identity.read().serves)
    }

    /// Whether rows of that owner are this node's to serve.
    pub(in super::super) fn serves(&self, owner: i64) -> bool {
        self.identity.read().serves.contains(&owner)
    }

    /// Counts this node's lives.
    pub(in super::super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The writer has let go of what belonged to the life before.
    pub(in super::super) fn acknowledge(&self, generation: u64) {
        self.acknowledged.store(generation, Ordering::Release);
    }

    /// Another node has taken over, and this one has no new life yet.
    pub(in super::super) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire)
    }

    /// The fence refused a write of that life: look at once.
    pub(in super::super) fn lost(&self, generation: u64) {
        // Held against `begin`: what is said of an earlier life must not end the next one.
        let _identity = self.identity.read();
        if self.generation() == generation {
            self.is_lost.store(true, Ordering::Release);
            self.call.notify_one();
        }
    }

    /// How many rows the schedule has is not known any more.
    pub(in super::super) fn recount(&self) {
        self.wants_count.store(true, Ordering::Release);
        self.call.notify_one();
    }

    /// Whether what this node has in hand is still its own to send.
    pub(in super::super) fn may_send(&self) -> bool {
        self.millis(Instant::now()) < self.valid_until_ms.load(Ordering::Acquire)
            && self.acknowledged.load(Ordering::Acquire) == self.generation()
            && !self.is_lost()
    }

    /// The lease: how long the others wait for a sign of life.
    pub(super) fn lease(&self) -> Duration {
        self.lease
    }

    /// A sign of life that was begun then has arrived.
    pub(super) fn renewed(&self, begun: Instant) {
        let until = begun + self.lease.mul_f64(SAFE_PART);
        self.valid_until_ms.store(self.millis(until), Ordering::Release);
    }

    /// A life begins under this id.
    pub(super) fn begin(&self, node: i64) {
        let mut identity = self.identity.write();
        *identity = Identity { node, serves: Arc::from([node]) };
        self.is_lost.store(false, Ordering::Release);
        self.generation.fetch_add(1, Ordering::AcqRel);
    }

    /// The work of these nodes is this one's now.
    pub(super) fn adopt(&self, nodes: &[i64]) {
        let mut identity = self.identity.write();
        let fresh = nodes.iter().copied().filter(|node| !identity.serves.contains(node));
        identity.serves = identity.serves.iter().copied().chain(fresh).collect();
    }

    /// Nothing is left of the work of these.
    pub(super) fn drop_empty(&self, nodes: &[i64]) {
        let mut identity = self.identity.write();
        identity.serves = identity.serves.iter().copied().filter(|node| !nodes.contains(node)).collect();
    }

    fn millis(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.began).as_millis()).unwrap_or(u64::MAX)
    }
}
