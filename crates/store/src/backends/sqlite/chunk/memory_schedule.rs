//! The schedule rows of a chunk without indexes, by endpoint: what is due is asked for one endpoint at a time, while the
//! table is in the order of time, so that rows are written and deleted on few pages.
//!
//! Filled by the writer after each commit and by one scan at start-up; dropped when the sealed file has its own index.

use std::collections::{BTreeMap, HashMap};

use hooktide_model::{Seq, Timestamp, Trigger};
use rusqlite::Connection;

use crate::backends::common::trigger;

/// All rows, in the order of the table.
const ALL_ROWS: &str = "SELECT ep, due, msg, tries, trigger FROM schedule";

/// A schedule row, wherever it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Waiting {
    /// The endpoint.
    pub(in super::super) endpoint: Seq,
    /// When it is due: with the endpoint and the message, the row's key.
    pub(in super::super) due: Timestamp,
    /// The message.
    pub(in super::super) message: Seq,
    /// Tries already made.
    pub(in super::super) tries: u16,
    /// What asked for it.
    pub(in super::super) trigger: Trigger,
}

impl Waiting {
    /// A row for a delivery that was not tried yet.
    pub(in super::super) fn first(message: Seq, endpoint: Seq, due: Timestamp) -> Self {
        Self { endpoint, due, message, tries: 0, trigger: Trigger::Scheduled }
    }
}

/// A change of a schedule that was committed.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum ScheduleChange {
    /// A row more.
    Added(Waiting),
    /// The row with that key is gone.
    Removed {
        /// The endpoint.
        endpoint: Seq,
        /// When it was due.
        due: Timestamp,
        /// The message.
        message: Seq,
    },
}

impl ScheduleChange {
    /// How many rows more there are.
    pub(in super::super) fn rows(&self) -> i64 {
        match self {
            Self::Added(_) => 1,
            Self::Removed { .. } => -1,
        }
    }
}

/// An endpoint's rows: tries and trigger by due time and message.
type Rows = BTreeMap<(i64, i64), (u16, Trigger)>;

/// The rows.
#[derive(Debug, Default)]
pub(in super::super) struct MemorySchedule(HashMap<i64, Rows>);

impl MemorySchedule {
    /// Read a chunk's rows.
    pub(super) fn scan(connection: &Connection) -> rusqlite::Result<Self> {
        let mut schedule = Self::default();
        let mut select = connection.prepare(ALL_ROWS)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let key = (row.get(1)?, row.get(2)?);
            let what = (row.get(3)?, trigger(row.get(4)?));
            schedule.0.entry(row.get(0)?).or_default().insert(key, what);
        }
        Ok(schedule)
    }

    /// Follow a change that was committed.
    pub(in super::super) fn apply(&mut self, change: &ScheduleChange) {
        match *change {
            ScheduleChange::Added(row) => {
                let key = (row.due.unix_ms(), row.message.0);
                self.0.entry(row.endpoint.0).or_default().insert(key, (row.tries, row.trigger));
            }
            ScheduleChange::Removed { endpoint, due, message } => {
                let Some(rows) = self.0.get_mut(&endpoint.0) else { return };
                rows.remove(&(due.unix_ms(), message.0));
                if rows.is_empty() {
                    self.0.remove(&endpoint.0);
                }
            }
        }
    }

    /// An endpoint's rows, the earliest first.
    pub(in super::super) fn of(&self, endpoint: Seq) -> impl Iterator<Item = Waiting> {
        let rows = self.0.get(&endpoint.0).into_iter().flatten();
        rows.map(move |(&(due, message), &(tries, trigger))| Waiting {
            endpoint,
            due: Timestamp::from_unix_ms(due),
            message: Seq(message),
            tries,
            trigger,
        })
    }

    /// Every endpoint that has rows.
    pub(in super::super) fn endpoints(&self) -> impl Iterator<Item = i64> {
        self.0.keys().copied()
    }
}
