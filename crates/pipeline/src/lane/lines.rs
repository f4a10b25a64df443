//! Order by key: of an endpoint with an ordering key, the deliveries of one key are made one after the other, their
//! retries included; keys go side by side.
//!
//! Pure state inside a lane. What must stay true: of each key the delivery that is taken is the first one in the
//! schedule that has not ended, and no other is taken before its outcome is durable.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use hooktide_model::{Seq, Timestamp};
use hooktide_store::DeliverySource;

use super::Job;

/// Deliveries that an ordered lane holds in memory. When that many wait behind keys that are being retried, those of
/// other keys wait with them.
pub(crate) const WINDOW: usize = 1024;
/// Reads of the schedule after which a delivery that should be there, and is not, is taken to be gone.
const READS_MAX: u8 = 2;

/// What stands for a key: a hash, so that two keys may, rarely, wait for each other.
pub(crate) type OrderKey = u64;

/// The lines of a lane, one for each key with something to do.
#[derive(Default)]
pub(super) struct Lines {
    by_key: HashMap<OrderKey, Line>,
    /// Keys whose first delivery may be taken, each once.
    ready: VecDeque<OrderKey>,
    /// Keys whose first delivery is tried again at that time.
    resting: BTreeSet<(Timestamp, OrderKey)>,
    /// Keys of the deliveries that were taken.
    running: HashMap<Seq, OrderKey>,
    waiting: usize,
}

#[derive(Default)]
struct Line {
    /// In the order of the schedule.
    jobs: BTreeMap<(Timestamp, Seq), Job>,
    head: Head,
}

/// What the line's first delivery is doing.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Head {
    /// It may be taken.
    #[default]
    Free,
    /// It was taken.
    Running,
    /// It is tried again, not before that time: after its outcome, or as it was read after a restart.
    Resting(Seq, Timestamp),
    /// Its time has come and it is still to be read from the schedule.
    Awaited(Seq, u8),
}

impl Lines {
    /// Add a delivery that was read from the schedule.
    pub(super) fn add(&mut self, key: OrderKey, job: Job) {
        let DeliverySource::Schedule(row) = job.source else { return };
        let seq = job.message.seq();
        let line = self.by_key.entry(key).or_default();
        let was_empty = line.jobs.is_empty();
        let not_before = job.not_before;
        self.waiting += usize::from(line.jobs.insert((row.due, seq), job).is_none());
        match line.head {
            Head::Awaited(awaited, _) if awaited == seq => line.head = Head::Free,
            Head::Free if was_empty => {}
            _ => return,
        }
        match not_before {
            Some(time) => {
                line.head = Head::Resting(seq, time);
                self.resting.insert((time, key));
            }
            None => self.ready.push_back(key),
        }
    }

    /// A read of the schedule has ended: what it should have brought and did not may be gone.
    pub(super) fn read_ended(&mut self) {
        for (key, line) in &mut self.by_key {
            if let Head::Awaited(seq, reads) = line.head {
                line.head = if reads + 1 < READS_MAX { Head::Awaited(seq, reads + 1) } else { Head::Free };
                if line.head == Head::Free && !line.jobs.is_empty() {
                    self.ready.push_back(*key);
                }
            }
        }
        self.by_key.retain(|_, line| line.head != Head::Free || !line.jobs.is_empty());
    }

    /// Take the first delivery of a key whose turn it is.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<Job> {
        self.wake(now);
        let key = self.ready.pop_front()?;
        let line = self.by_key.get_mut(&key)?;
        let (_, job) = line.jobs.pop_first()?;
        line.head = Head::Running;
        self.running.insert(job.message.seq(), key);
        self.waiting -= 1;
        Some(job)
    }

    /// The outcome of a delivery is durable; `retry_at` when it is tried again. Whether another may be taken now.
    pub(super) fn release(&mut self, message: Seq, retry_at: Option<Timestamp>) -> bool {
        let Some(key) = self.running.remove(&message) else { return false };
        let Some(line) = self.by_key.get_mut(&key) else { return false };
        if let Some(time) = retry_at {
            line.head = Head::Resting(message, time);
            self.resting.insert((time, key));
            return false;
        }
        line.head = Head::Free;
        if line.jobs.is_empty() {
            self.by_key.remove(&key);
            return false;
        }
        self.ready.push_back(key);
        true
    }

    /// Whether something may be taken.
    pub(super) fn has_ready(&mut self, now: Timestamp) -> bool {
        self.wake(now);
        !self.ready.is_empty()
    }

    /// Whether the schedule should be read, if it has something.
    pub(super) fn is_low(&mut self, now: Timestamp) -> bool {
        self.wake(now);
        let is_awaited = self.by_key.values().any(|line| matches!(line.head, Head::Awaited(..)));
        is_awaited || self.waiting <= WINDOW / 4 || self.ready.is_empty() && self.waiting < WINDOW
    }

    /// How many to read: room, and one for each that is awaited.
    pub(super) fn room(&self) -> usize {
        let awaited = self.by_key.values().filter(|line| matches!(line.head, Head::Awaited(..))).count();
        WINDOW.saturating_sub(self.waiting) + awaited
    }

    /// What waited.
    pub(super) fn into_jobs(self) -> impl Iterator<Item = Job> {
        self.by_key.into_values().flat_map(|line| line.jobs.into_values())
    }

    /// Deliveries that wait.
    pub(super) fn len(&self) -> usize {
        self.waiting
    }

    /// Whether no key has anything to do.
    pub(super) fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Those whose time has come rest no more.
    fn wake(&mut self, now: Timestamp) {
        while let Some(&(time, key)) = self.resting.first() {
            if time > now {
                return;
            }
            self.resting.pop_first();
            let Some(line) = self.by_key.get_mut(&key) else { continue };
            let Head::Resting(seq, _) = line.head else { continue };
            let is_here = line.jobs.first_key_value().is_some_and(|((_, first), _)| *first == seq);
            if is_here {
                line.head = Head::Free;
                self.ready.push_back(key);
            } else {
                line.head = Head::Awaited(seq, 0);
            }
        }
    }
}

#[cfg(test)]
mod tests;
