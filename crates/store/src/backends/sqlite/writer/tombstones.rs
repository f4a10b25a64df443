//! Schedule rows of earlier chunks whose delivery has been recorded in the open one.
//!
//! The two files cannot commit together. The outcome is committed first; the row is hidden from readers at once
//! and deleted soon after. A crash in between leaves a row whose attempt stands in a later chunk: the reader of
//! due rows checks for that (see `due.rs`).

use std::collections::HashSet;

use hooktide_model::Seq;
use parking_lot::Mutex;
use rusqlite::params;

use super::super::chain::Chain;
use super::super::chunk::open_writer;
use super::effects::Tombstone;
use crate::ScheduleRow;

/// By the whole key of the row.
const DELETE_ROW: &str = "DELETE FROM schedule WHERE ep = ?1 AND due = ?2 AND msg = ?3";

/// The rows that are hidden and still have to be deleted.
#[derive(Debug, Default)]
pub(in super::super) struct Tombstones(Mutex<HashSet<Tombstone>>);

impl Tombstones {
    /// Whether that row is dead.
    pub(in super::super) fn hides(&self, row: ScheduleRow, endpoint: Seq, message: Seq) -> bool {
        self.0.lock().contains(&Tombstone { row, endpoint, message })
    }

    /// Hide one row.
    pub(in super::super) fn hide(&self, row: ScheduleRow, endpoint: Seq, message: Seq) {
        self.0.lock().insert(Tombstone { row, endpoint, message });
    }

    /// Rows waiting to be deleted.
    pub(in super::super) fn len(&self) -> usize {
        self.0.lock().len()
    }

    /// Hide rows.
    pub(super) fn add(&self, dead: Vec<Tombstone>) {
        if !dead.is_empty() {
            self.0.lock().extend(dead);
        }
    }

    /// Delete what can be deleted: chunks that are being sealed are left for later. Returns the rows deleted.
    pub(super) fn bury(&self, chain: &Chain) -> rusqlite::Result<i64> {
        let dead: Vec<Tombstone> = self.0.lock().iter().copied().collect();
        let mut deleted = 0;
        for chunk in chain.all() {
            let rows: Vec<_> = dead.iter().filter(|dead| dead.row.segment == chunk.number).collect();
            if rows.is_empty() || !chunk.is_sealed() {
                continue;
            }
            let connection = open_writer(&chunk.path)?;
            let transaction = connection.unchecked_transaction()?;
            let mut count = 0;
            for dead in &rows {
                let key = params![dead.endpoint.0, dead.row.due.unix_ms(), dead.message.0];
                count += transaction.prepare_cached(DELETE_ROW)?.execute(key)?;
            }
            transaction.commit()?;
            let count = i64::try_from(count).unwrap_or(0);
            chunk.summary.scheduled.fetch_sub(count, std::sync::atomic::Ordering::AcqRel);
            deleted += count;
            let mut hidden = self.0.lock();
            for dead in rows {
                hidden.remove(dead);
            }
        }
        // Rows of chunks that retention has dropped are gone with their file.
        self.0.lock().retain(|dead| chain.by_number(dead.row.segment).is_some());
        Ok(deleted)
    }
}
