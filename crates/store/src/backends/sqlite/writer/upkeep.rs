//! What the writer looks at from time to time, between transactions.
//!
//! Deliveries that wait long in memory get a schedule row, dead rows are deleted, full chunks are closed, and a store
//! that found no room is tried again. A crash in between any of these leaves what the next start puts right.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hooktide_model::{Seq, Timestamp};
use rusqlite::{Connection, TransactionBehavior, params};

use super::super::chunk::{Meta, ScheduleChange, Waiting, put_meta};
use super::apply::insert_schedule_row;
use super::effects::Effects;
use super::roll::seal_leftovers;
use super::thread::{Writer, passed};
use crate::ScheduleRow;
use crate::backends::common::queue::Op;

/// A delivery that waits longer in memory gets a schedule row, so that the low-water mark can pass it.
const MEMORY_ONLY_MAX: Duration = Duration::from_secs(4);
/// Rows for such deliveries that go with one group. They share its flush; more would keep its callers waiting.
const BACKED_PER_GROUP: usize = 512;
/// How much later such rows get a transaction of their own: no group has come, or none had room for them.
const BACKED_ALONE_AFTER: Duration = Duration::from_secs(1);
/// Rows in such a transaction.
const BACKED_ALONE: usize = 4096;
/// Time between deletions of dead rows in earlier chunks.
const BURY_EVERY: Duration = Duration::from_millis(200);
/// Time between looks for closed chunks whose sealing failed.
const SEAL_RETRY_EVERY: Duration = Duration::from_secs(30);
/// By the whole key.
pub(in super::super) const DELETE_FINISHED: &str =
    "DELETE FROM finished WHERE segment = ?1 AND ep = ?2 AND due = ?3 AND msg = ?4";

impl Writer {
    /// What has to be looked at from time to time, between transactions.
    pub(super) fn tick(&mut self) {
        let now = self.clock.now();
        self.check_disk(now);
        if self.failed {
            return;
        }
        self.try_again_after_no_room();
        self.back_very_old_deliveries(now);
        self.checkpoint_if_long();
        self.bury_if_time(now);
        self.seal_again_if_time(now);
        self.roll_if_full(now);
    }

    /// A store that found no room may have nothing to commit that would show that there is some again.
    fn try_again_after_no_room(&mut self) {
        if self.disk_is_low || self.shared.writable.load(Ordering::Acquire) {
            return;
        }
        match self.save_low_water() {
            Ok(()) => {
                tracing::info!("the store has room again: publishes are accepted");
                self.shared.writable.store(true, Ordering::Release);
            }
            Err(error) => self.note_failure(&error),
        }
    }

    /// Save the mark in a transaction of its own.
    pub(super) fn save_low_water(&self) -> rusqlite::Result<()> {
        let mark = self.outstanding.low_water(Seq(self.last_seq.0 + 1));
        put_meta(&self.connection, Meta::LOW_WATER, &mark.0)?;
        self.shared.low_water.store(mark.0, Ordering::Release);
        Ok(())
    }

    fn bury_if_time(&mut self, now: Timestamp) {
        if !passed(self.buried_at, now, BURY_EVERY) || self.shared.tombstones.len() == 0 {
            return;
        }
        self.buried_at = now;
        match self.shared.tombstones.bury(&self.chain) {
            Ok((buried, rows)) => {
                self.shared.scheduled.fetch_sub(rows, Ordering::AcqRel);
                self.shared.tombstones.forget(&buried);
                self.buried.extend(buried);
            }
            Err(error) => {
                tracing::warn!(%error, "failed to delete finished schedule rows, trying again later")
            }
        }
    }

    /// The notes of rows that are deleted go with the next group. Those in a chunk that was closed meanwhile stay: the
    /// next start reads them and finds nothing to delete.
    pub(super) fn delete_notes_of_buried_rows(&self) -> rusqlite::Result<()> {
        for dead in &self.buried {
            let key = params![dead.row.segment, dead.endpoint.0, dead.row.due.unix_ms(), dead.message.0];
            self.connection.prepare_cached(DELETE_FINISHED)?.execute(key)?;
        }
        Ok(())
    }

    fn seal_again_if_time(&mut self, now: Timestamp) {
        let busy = self.sealer.as_ref().is_some_and(|sealer| !sealer.is_finished());
        if busy || !passed(self.sealed_at, now, SEAL_RETRY_EVERY) {
            return;
        }
        self.sealed_at = now;
        match seal_leftovers(&self.chain) {
            Ok(None) => {}
            Ok(sealer) => self.sealer = sealer,
            Err(error) => {
                tracing::warn!(%error, "failed to open a chunk that is not sealed, trying again later")
            }
        }
    }

    /// Give deliveries that have waited long in memory a schedule row each, in the transaction of a group. Those that
    /// the group itself ends need none.
    pub(super) fn back_old_with_group(&self, steps: &[Op], effects: &mut Effects) -> rusqlite::Result<()> {
        let limit = self.clock.now().minus(MEMORY_ONLY_MAX);
        let mut old = self.outstanding.older_than(limit, BACKED_PER_GROUP);
        if old.is_empty() {
            return Ok(());
        }
        let ended: HashSet<(Seq, Seq)> = steps
            .iter()
            .filter_map(|step| match step {
                Op::Record(outcome) => Some((outcome.message, outcome.endpoint)),
                Op::Accept(..) | Op::Refuse(..) | Op::Schedule { .. } => None,
            })
            .collect();
        old.retain(|delivery| !ended.contains(delivery));
        let rows = insert_backing_rows(&self.connection, &old)?;
        effects.schedule.extend(rows.iter().copied().map(ScheduleChange::Added));
        effects.backed = self.backing(&rows);
        Ok(())
    }

    /// The same for those that no group took along.
    fn back_very_old_deliveries(&mut self, now: Timestamp) {
        self.back_older_than(now.minus(MEMORY_ONLY_MAX + BACKED_ALONE_AFTER));
    }

    pub(super) fn back_older_than(&mut self, limit: Timestamp) {
        loop {
            let old = self.outstanding.older_than(limit, BACKED_ALONE);
            if old.is_empty() {
                return;
            }
            match self.write_backing_rows(&old) {
                Ok(rows) => {
                    let changes: Vec<_> = rows.iter().copied().map(ScheduleChange::Added).collect();
                    self.schedule_changed(&changes);
                    self.outstanding.backed(self.backing(&rows));
                }
                Err(error) => return self.note_failure(&error),
            }
        }
    }

    fn write_backing_rows(&mut self, old: &[(Seq, Seq)]) -> rusqlite::Result<Vec<Waiting>> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let rows = insert_backing_rows(&transaction, old)?;
        transaction.commit()?;
        Ok(rows)
    }

    /// The rows as those know them whose deliveries they stand for.
    fn backing(&self, rows: &[Waiting]) -> Vec<(Seq, Seq, ScheduleRow)> {
        let segment = i64::from(self.open.number);
        rows.iter()
            .map(|row| (row.message, row.endpoint, ScheduleRow { segment, due: row.due, id: 0 }))
            .collect()
    }
}

/// The row is due since the message was accepted: an attempt that serves it cannot be older than that.
fn insert_backing_rows(connection: &Connection, old: &[(Seq, Seq)]) -> rusqlite::Result<Vec<Waiting>> {
    let row_of = |(message, endpoint): &(Seq, Seq)| {
        let mut row = Waiting::first(*message, *endpoint, message.time());
        insert_schedule_row(connection, &mut row)?;
        Ok(row)
    };
    old.iter().map(row_of).collect()
}
