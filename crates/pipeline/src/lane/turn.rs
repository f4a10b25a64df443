//! Whose turn it is to gather: of an endpoint that takes many deliveries at once, one slot at a time takes what comes, so
//! that they end up in one batch and not each in its own.

use hooktide_model::Timestamp;

use super::{Job, Lane};

/// What the slot that gathers does next.
pub(crate) enum Gathered {
    /// Add this.
    Job(Box<Job>),
    /// Read the schedule, then ask again.
    Refill,
    /// Nothing to do now: wait to be called.
    Nothing,
    /// The lane is closing: nothing more comes.
    Closed,
}

impl Lane {
    /// Take the turn, with a delivery that was taken before. `None` when another slot has it: that one gets the
    /// delivery, too.
    pub(crate) fn begin_gathering(&self, job: Job) -> Option<Job> {
        let mut state = self.state.lock();
        if state.is_gathering {
            state.returned.push_back(job);
            self.more.notify_one();
            return None;
        }
        state.is_gathering = true;
        Some(job)
    }

    /// What comes next, for the slot whose turn it is.
    pub(crate) fn gather(&self, now: Timestamp) -> Gathered {
        let mut state = self.state.lock();
        if state.closed {
            return Gathered::Closed;
        }
        if state.should_refill(now) {
            state.refilling = true;
            state.next_due = None;
            return Gathered::Refill;
        }
        state.take(now).map_or(Gathered::Nothing, |job| Gathered::Job(Box::new(job)))
    }

    /// Wait, after [`Gathered::Nothing`], until called. No call since the last wait is lost.
    pub(crate) async fn gather_called(&self) {
        self.more.notified().await;
    }

    /// Give the turn back, and the delivery that did not fit. Whether another slot is needed.
    pub(crate) fn end_gathering(&self, left: Option<Job>, now: Timestamp) -> bool {
        let mut state = self.state.lock();
        state.is_gathering = false;
        state.returned.extend(left);
        state.has_work(now) && self.call_slot(&mut state)
    }
}

#[cfg(test)]
mod tests;
