//! Schedule rows of earlier chunks whose delivery has been recorded in the open one.
//!
//! The two files cannot commit together. The outcome is committed first, together with a note of the row it ended
//! (table `finished`); the row is hidden from readers at once and deleted soon after. A crash in between leaves row
//! and note: the next start deletes what the notes name before anybody reads (see `recover.rs`).

use std::collections::{HashMap, HashSet};

use hooktide_model::Seq;
use parking_lot::Mutex;
use rusqlite::{Connection, params};

use super::super::chain::Chain;
use super::super::chunk::{ScheduleChange, open_writer};
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
            let rows: Vec<_> =
                dead.iter().filter(|dead| dead.row.segment == i64::from(chunk.number)).copied().collect();
            if rows.is_empty() || !chunk.is_sealed() {
                continue;
            }
            let gone = delete_rows(&open_writer(&chunk.path)?, &rows)?;
            deleted -= chunk.schedule_changed(&gone);
            buried.extend(rows);
        }
        // Rows of chunks that retention has dropped are gone with their file.
        buried.extend(dead.iter().filter(|dead| chain.by_number(dead.chunk()).is_none()));
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

/// Delete schedule rows of one chunk in one transaction; those that there were.
pub(in super::super) fn delete_rows(
    connection: &Connection,
    rows: &[Tombstone],
) -> rusqlite::Result<Vec<ScheduleChange>> {
    let transaction = connection.unchecked_transaction()?;
    let mut gone = Vec::with_capacity(rows.len());
    for &Tombstone { row: ScheduleRow { due, .. }, endpoint, message } in rows {
        let key = params![endpoint.0, due.unix_ms(), message.0];
        if transaction.prepare_cached(DELETE_ROW)?.execute(key)? > 0 {
            gone.push(ScheduleChange::Removed { endpoint, due, message });
        }
    }
    transaction.commit()?;
    Ok(gone)
}
