//! What the readers and writers of history share.

use std::sync::Arc;

use hooktide_model::{Clock, IdMint, Seq};

use super::chain::Chain;
use super::core::CoreDb;
use super::read_back::ReadBack;
use super::writer::{Queue, WriterShared};
use crate::ScheduleRow;

/// The shared parts.
pub(super) struct Parts {
    /// The chunks.
    pub(super) chain: Arc<Chain>,
    /// What the writer lets others see.
    pub(super) shared: Arc<WriterShared>,
    /// Steps for the writer.
    pub(super) queue: Arc<Queue>,
    /// Messages that lanes hold after they were read back.
    pub(super) read_back: ReadBack,
    /// Makes public ids.
    pub(super) mint: IdMint,
    /// Seals and opens the heads of receipts.
    pub(super) core: CoreDb,
    /// The time.
    pub(super) clock: Arc<dyn Clock>,
}

impl Parts {
    /// Hide a schedule row that stands for nothing any more; the writer deletes it.
    pub(super) fn forget(&self, row: ScheduleRow, endpoint: Seq, message: Seq) {
        self.shared.tombstones.hide(row, endpoint, message);
    }
}
