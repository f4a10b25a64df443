//! What the parts of one node share.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hooktide_model::{Clock, IdMint, Seq, SeqSource};

use super::cluster::{Leases, Membership, Nudges, Told};
use super::database::Database;
use super::history::Partitions;
use crate::FlowListener;
use crate::backends::common::queue::Queue;
use crate::vault::Vault;

/// The shared parts.
pub(super) struct Shared {
    pub(super) database: Database,
    /// Seals and opens the heads of receipts.
    pub(super) vault: Arc<Vault>,
    /// Makes public ids.
    pub(super) mint: IdMint,
    /// Makes keys of this node's slot.
    pub(super) seqs: Arc<SeqSource>,
    /// The time of what is stored. Who is alive is judged by the database's clock.
    pub(super) clock: Arc<dyn Clock>,
    pub(super) partitions: Partitions,
    /// Steps for the writer.
    pub(super) queue: Queue,
    /// Who is told about commits.
    pub(super) listener: OnceLock<Arc<dyn FlowListener>>,
    /// Whether commits go through.
    pub(super) writable: AtomicBool,
    /// Rows of the schedule that are this node's to serve.
    pub(super) scheduled: AtomicI64,
    /// No message of this node below it needs its row for a delivery that is only in memory.
    pub(super) low_water: AtomicI64,
    /// Who this node is in the cluster.
    pub(super) membership: Membership,
    /// What only this node may serve.
    pub(super) leases: Leases,
    /// What other nodes should hear of soon.
    pub(super) nudges: Nudges,
    /// What this node says of itself.
    pub(super) load: Told,
    /// The node gives its work away and takes no more.
    pub(super) closing: AtomicBool,
    /// Called when the writer panics.
    pub(super) on_fatal: Box<dyn Fn(&str) + Send + Sync>,
    /// How long idempotency keys are remembered.
    pub(super) idempotency_window: Duration,
    /// How long an event that a source took is recognised.
    pub(super) dedupe_window: Duration,
}

impl Shared {
    /// Tell the listener, if there is one yet.
    pub(super) fn tell(&self, what: impl FnOnce(&dyn FlowListener)) {
        if let Some(listener) = self.listener.get() {
            what(&**listener);
        }
    }

    /// A key that was used before this one is forgotten.
    pub(super) fn oldest_key(&self, window: Duration) -> Seq {
        Seq::first_at(self.clock.now().minus(window))
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    pub(super) fn scheduled_by(&self, rows: i64) {
        self.scheduled.fetch_add(rows, Ordering::AcqRel);
    }
}
