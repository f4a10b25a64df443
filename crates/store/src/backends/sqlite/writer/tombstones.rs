//! Schedule rows of earlier chunks whose delivery has been recorded in the open one.
//!
//! The two files cannot commit together. The outcome is committed first, together with a note of the row it ended
//! (table `finished`); the row is hidden from readers at once and deleted soon after. A crash in between leaves row
//! and note: the next start deletes what the notes name before anybody reads (see `recover.rs`).

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use hooktide_model::Seq;
use parking_lot::Mutex;
use rusqlite::{Connection, params};

use super::super::chain::Chain;
use super::super::chunk::open_writer;
use super::effects::Tombstone;
use crate::ScheduleRow;

/// By the whole key of the row.
pub(in super::super) const DELETE_ROW: &str = "DELETE FROM schedule WHERE ep = ?1 AND due = ?2 AND msg = ?3";

/// Rows by endpoint.
type Dead = HashMap<Seq, HashSet<Tombstone>>;

/// The rows that are hidden and still have to be deleted.
#[derive(Debug, Default)]
pub(in super::super) struct Tombstones(Mutex<Dead>);

impl Tombstones {
    /// The endpoint's dead rows now. A reader takes them before it starts to read, so that a row which is deleted
    /// and forgotten here meanwhile stays dead in what it reads.
    pub(in super::super) fn of(&self, endpoint: Seq) -> HashSet<Tombstone> {
        self.0.lock().get(&endpoint).cloned().unwrap_or_default()
    }

    /// Hide one row.
    pub(in super::super) fn hide(&self, row: ScheduleRow, endpoint: Seq, message: Seq) {
        self.add(vec![Tombstone { row, endpoint, message }]);
    }

    /// Rows waiting to be deleted.
    pub(in super::super) fn len(&self) -> usize {
        self.0.lock().values().map(HashSet::len).sum()
    }

    /// Hide rows.
    pub(super) fn add(&self, dead: Vec<Tombstone>) {
        if dead.is_empty() {
            return;
        }
        let mut hidden = self.0.lock();
        for row in dead {
            hidden.entry(row.endpoint).or_default().insert(row);
        }
    }

    /// Delete what can be deleted: chunks that are being sealed are left for later. Returns what was deleted, and
    /// how many rows that were.
    pub(super) fn bury(&self, chain: &Chain) -> rusqlite::Result<(Vec<Tombstone>, i64)> {
        let dead: Vec<Tombstone> = self.0.lock().values().flatten().copied().collect();
        let (mut buried, mut deleted) = (Vec::new(), 0);
        for chunk in chain.all() {
            let rows: Vec<_> = dead.iter().filter(|dead| dead.row.segment == chunk.number).copied().collect();
            if rows.is_empty() || !chunk.is_sealed() {
                continue;
            }
            let count = delete_rows(&open_writer(&chunk.path)?, &rows)?;
            chunk.summary.scheduled.fetch_sub(count, Ordering::AcqRel);
            deleted += count;
            buried.extend(rows);
        }
        // Rows of chunks that retention has dropped are gone with their file.
        buried.extend(dead.iter().filter(|dead| chain.by_number(dead.row.segment).is_none()));
        Ok((buried, deleted))
    }

    /// Rows that were deleted need not be hidden any more.
    pub(super) fn forget(&self, buried: &[Tombstone]) {
        let mut hidden = self.0.lock();
        for row in buried {
            if let Some(of_endpoint) = hidden.get_mut(&row.endpoint) {
                of_endpoint.remove(row);
                if of_endpoint.is_empty() {
                    hidden.remove(&row.endpoint);
                }
            }
        }
    }
}

/// Delete schedule rows of one chunk in one transaction; how many there were.
pub(in super::super) fn delete_rows(connection: &Connection, rows: &[Tombstone]) -> rusqlite::Result<i64> {
    let transaction = connection.unchecked_transaction()?;
    let mut count = 0;
    for dead in rows {
        let key = params![dead.endpoint.0, dead.row.due.unix_ms(), dead.message.0];
        count += transaction.prepare_cached(DELETE_ROW)?.execute(key)?;
    }
    transaction.commit()?;
    Ok(i64::try_from(count).unwrap_or(0))
}
