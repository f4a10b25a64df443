//! Deliveries that exist in memory only: committed with a place in a lane, not yet recorded.
//!
//! Kept so that the store knows its low-water mark: no message below it lacks an outcome or a schedule row.

use std::collections::{HashMap, VecDeque};

use hooktide_model::{Seq, Timestamp};
use smallvec::SmallVec;

use crate::ScheduleRow;

/// A message with targets whose outcome is open.
#[derive(Debug)]
struct Open {
    seq: Seq,
    endpoints: SmallVec<[Seq; 4]>,
}

/// The deliveries of this process that no row stands for, oldest first, and those that a row was written for late.
#[derive(Debug, Default)]
pub(in crate::backends) struct Outstanding {
    open: VecDeque<Open>,
    backed: HashMap<(Seq, Seq), ScheduleRow>,
}

impl Outstanding {
    /// A committed message and the endpoints whose lanes it went to. Messages come in the order of their keys.
    pub(in crate::backends) fn add(&mut self, message: Seq, endpoints: SmallVec<[Seq; 4]>) {
        debug_assert!(self.open.back().is_none_or(|last| last.seq < message), "keys only grow");
        if !endpoints.is_empty() {
            self.open.push_back(Open { seq: message, endpoints });
        }
    }

    /// Whether that delivery is open: in memory only, or with a row that was written late.
    pub(in crate::backends) fn has(&self, message: Seq, endpoint: Seq) -> bool {
        let in_memory = || {
            let found = self.open.binary_search_by_key(&message, |open| open.seq);
            found.is_ok_and(|index| self.open[index].endpoints.contains(&endpoint))
        };
        self.backed.contains_key(&(message, endpoint)) || in_memory()
    }

    /// The row that was written late for a delivery that had gone straight to its lane.
    pub(in crate::backends) fn backing_row(&self, message: Seq, endpoint: Seq) -> Option<ScheduleRow> {
        self.backed.get(&(message, endpoint)).copied()
    }

    /// The outcome of a delivery that came from a schedule row is recorded. Other deliveries of that message to that
    /// endpoint go on (a resend may run beside the first delivery), unless the row was written late for this one.
    pub(in crate::backends) fn finish_row(&mut self, message: Seq, endpoint: Seq, row: ScheduleRow) {
        if self.backing_row(message, endpoint) == Some(row) {
            self.backed.remove(&(message, endpoint));
        }
    }

    /// The outcome of a delivery that had gone straight to its lane is recorded.
    pub(in crate::backends) fn finish(&mut self, message: Seq, endpoint: Seq) {
        if self.backed.remove(&(message, endpoint)).is_some() {
            return;
        }
        if let Ok(index) = self.open.binary_search_by_key(&message, |open| open.seq) {
            self.open[index].endpoints.retain(|open| *open != endpoint);
        }
        while self.open.front().is_some_and(|open| open.endpoints.is_empty()) {
            self.open.pop_front();
        }
    }

    /// The deliveries of messages accepted before `limit`: those that hold the low-water mark back.
    pub(in crate::backends) fn older_than(&self, limit: Timestamp, at_most: usize) -> Vec<(Seq, Seq)> {
        let old = self.open.iter().take_while(|open| open.seq.time() < limit);
        old.flat_map(|open| open.endpoints.iter().map(|endpoint| (open.seq, *endpoint)))
            .take(at_most)
            .collect()
    }

    /// Schedule rows were written for these deliveries.
    pub(in crate::backends) fn backed(&mut self, rows: Vec<(Seq, Seq, ScheduleRow)>) {
        for (message, endpoint, row) in rows {
            self.finish(message, endpoint);
            self.backed.insert((message, endpoint), row);
        }
    }

    /// The mark: the oldest message with an open delivery, or `next` when there is none.
    pub(in crate::backends) fn low_water(&self, next: Seq) -> Seq {
        self.open.front().map_or(next, |open| open.seq)
    }

    /// Messages with open deliveries.
    #[cfg(test)]
    pub(in crate::backends) fn len(&self) -> usize {
        self.open.len()
    }
}

#[cfg(test)]
mod tests;
