//! What a group changes in memory once it is committed: collected while it is applied, dropped when it fails.

use std::collections::HashMap;
use std::sync::Arc;

use hooktide_model::{Message, Seq, Timestamp};
use tokio::sync::oneshot;

use super::super::chunk::{KeyEntry, ReceiptEntry, ScheduleChange};
use super::receipts::Kept;
use crate::backends::common::queue::AcceptReply;
use crate::{Accepted, Outcome, ScheduleRow, StoreError, Target};

/// A message that was inserted.
pub(super) struct Inserted {
    pub(super) message: Arc<Message>,
    pub(super) targets: smallvec::SmallVec<[Target; 4]>,
    pub(super) reply: AcceptReply,
}

/// A publish that stored nothing: refused, or answered before.
pub(super) struct Settled {
    pub(super) targets: smallvec::SmallVec<[Target; 4]>,
    pub(super) answer: Result<Accepted, StoreError>,
    pub(super) reply: AcceptReply,
}

/// A schedule row that was asked for.
pub(super) struct Scheduled {
    pub(super) endpoint: Seq,
    pub(super) due: Timestamp,
    pub(super) reply: oneshot::Sender<Result<(), StoreError>>,
}

/// A schedule row in another chunk that has to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in super::super) struct Tombstone {
    pub(in super::super) row: ScheduleRow,
    pub(in super::super) endpoint: Seq,
    pub(in super::super) message: Seq,
}

impl Tombstone {
    /// The number of its chunk.
    pub(super) fn chunk(&self) -> u32 {
        u32::try_from(self.row.segment).unwrap_or(u32::MAX)
    }
}

/// All effects of one group.
#[derive(Default)]
pub(super) struct Effects {
    pub(super) inserted: Vec<Inserted>,
    pub(super) settled: Vec<Settled>,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) scheduled: Vec<Scheduled>,
    /// Receipts with the keys of their sources.
    pub(super) receipts: Vec<(Seq, ReceiptEntry)>,
    /// Those that were refused and are to be answered.
    pub(super) kept: Vec<Kept>,
    pub(super) keys: HashMap<[u8; 16], KeyEntry>,
    pub(super) tombstones: Vec<Tombstone>,
    /// Deliveries that got a row because they have waited long in memory.
    pub(super) backed: Vec<(Seq, Seq, ScheduleRow)>,
    /// What changed in the open chunk's schedule.
    pub(super) schedule: Vec<ScheduleChange>,
    pub(super) low_water: Option<Seq>,
}
