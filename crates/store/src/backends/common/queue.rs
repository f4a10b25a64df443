//! Steps waiting for the next commit: bounded, taken in groups.

use std::collections::VecDeque;
use std::time::Duration;

use hooktide_model::Seq;
use parking_lot::{Condvar, Mutex};
use tokio::sync::{Notify, oneshot};

use crate::{Accepted, Idempotency, NewMessage, NewRow, Outcome, StoreError};

/// Publishes and refused requests waiting at most; one more is refused as `Overloaded`.
const ACCEPTS_MAX: usize = 4096;
/// Payload bytes waiting at most.
const ACCEPT_BYTES_MAX: usize = 64 << 20;
/// Outcomes waiting before those who bring more are made to wait.
const OUTCOMES_MAX: usize = 8192;
/// A group of fewer steps may wait for company.
const LINGER_GROUP: usize = 64;
/// How long, when callers wait for it.
const LINGER: Duration = Duration::from_millis(1);
/// How long, when it holds outcomes only.
const LINGER_OUTCOMES: Duration = Duration::from_millis(2);
/// Steps in one transaction.
const GROUP_MAX: usize = 1024;
/// Payload bytes in one transaction.
const GROUP_BYTES_MAX: usize = 8 << 20;

/// A message with its payload as it will be stored.
pub(in crate::backends) struct Prepared {
    /// The message.
    pub(in crate::backends) message: NewMessage,
    /// The payload's bytes on disk.
    pub(in crate::backends) body: Vec<u8>,
    /// The payload's plain length when `body` is compressed.
    pub(in crate::backends) plain_bytes: Option<u32>,
    /// Hash of application and event id.
    pub(in crate::backends) uid_key: Option<[u8; 16]>,
    /// The request that the message came with.
    pub(in crate::backends) receipt: Option<PreparedReceipt>,
}

/// A receipt as it will be stored with its message.
pub(in crate::backends) struct PreparedReceipt {
    /// The source's key.
    pub(in crate::backends) source: Seq,
    /// The sealed head.
    pub(in crate::backends) head: Vec<u8>,
}

/// A refused request as it will be stored.
pub(in crate::backends) struct PreparedRefusal {
    /// The source's key.
    pub(in crate::backends) source: Seq,
    /// The sealed head.
    pub(in crate::backends) head: Vec<u8>,
    /// The body's bytes on disk, if it is kept.
    pub(in crate::backends) body: Option<Vec<u8>>,
    /// The body's plain length when `body` is compressed.
    pub(in crate::backends) plain_bytes: Option<u32>,
    /// Its key, once it has one.
    pub(in crate::backends) seq: Option<Seq>,
}

impl PreparedRefusal {
    fn bytes(&self) -> usize {
        self.head.len() + self.body.as_ref().map_or(0, Vec::len)
    }
}

/// The caller's end of a publish.
pub(in crate::backends) type AcceptReply = oneshot::Sender<Result<Accepted, StoreError>>;

/// One step.
pub(in crate::backends) enum Op {
    /// Commit a message.
    Accept(Box<Prepared>, AcceptReply),
    /// Keep a refused request.
    Refuse(Box<PreparedRefusal>, oneshot::Sender<Result<Seq, StoreError>>),
    /// Commit an outcome.
    Record(Box<Outcome>),
    /// Write a schedule row for a stored message.
    Schedule {
        row: NewRow,
        idempotency: Option<Idempotency>,
        /// What the key decides: then no row is written.
        settled: Option<Result<(), StoreError>>,
        reply: oneshot::Sender<Result<(), StoreError>>,
    },
}

#[derive(Default)]
struct Waiting {
    steps: VecDeque<Op>,
    accepts: usize,
    accept_bytes: usize,
    outcomes: usize,
    closed: bool,
    writer_sleeps: bool,
    /// The writer has outcomes and waits a little for a caller.
    writer_waits_for_callers: bool,
    /// Steps in the last group.
    last_group: usize,
}

impl Waiting {
    /// A step is waiting.
    fn count(&mut self, op: &Op) {
        self.accepts += usize::from(op.is_counted());
        self.accept_bytes += op.queued_bytes();
        self.outcomes += usize::from(matches!(op, Op::Record(_)));
    }

    /// It was taken.
    fn discount(&mut self, op: &Op) {
        self.accepts -= usize::from(op.is_counted());
        self.accept_bytes -= op.queued_bytes();
        self.outcomes -= usize::from(matches!(op, Op::Record(_)));
    }
}

impl Op {
    /// Whether it takes one of the places of those that callers wait for.
    fn is_counted(&self) -> bool {
        matches!(self, Self::Accept(..) | Self::Refuse(..))
    }

    /// Its bytes in memory, for the queue's limit.
    fn queued_bytes(&self) -> usize {
        match self {
            Self::Accept(prepared, _) => prepared.message.payload.len(),
            Self::Refuse(refusal, _) => refusal.bytes(),
            Self::Record(_) | Self::Schedule { .. } => 0,
        }
    }

    /// Its bytes in a transaction.
    fn written_bytes(&self) -> usize {
        match self {
            Self::Accept(prepared, _) => prepared.body.len(),
            Self::Refuse(refusal, _) => refusal.bytes(),
            Self::Record(_) | Self::Schedule { .. } => 0,
        }
    }
}

/// The queue.
#[derive(Default)]
pub(in crate::backends) struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
    drained: Notify,
}

impl Queue {
    /// Queue a publish, or refuse it at once.
    pub(in crate::backends) fn push_accept(
        &self,
        prepared: Box<Prepared>,
        reply: AcceptReply,
    ) -> Result<(), StoreError> {
        self.push_counted(Op::Accept(prepared, reply))
    }

    /// Queue a refused request; it counts as a publish does.
    pub(in crate::backends) fn push_refusal(
        &self,
        refusal: Box<PreparedRefusal>,
        reply: oneshot::Sender<Result<Seq, StoreError>>,
    ) -> Result<(), StoreError> {
        self.push_counted(Op::Refuse(refusal, reply))
    }

    fn push_counted(&self, op: Op) -> Result<(), StoreError> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(StoreError::Unavailable("the server is stopping".to_owned()));
        }
        if waiting.accepts >= ACCEPTS_MAX || waiting.accept_bytes >= ACCEPT_BYTES_MAX {
            return Err(StoreError::Overloaded);
        }
        waiting.count(&op);
        waiting.steps.push_back(op);
        self.wake(waiting, true);
        Ok(())
    }

    /// Queue any other step; refused only when closed, and then given back.
    pub(in crate::backends) fn push(&self, op: Op) -> Result<(), Op> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(op);
        }
        let is_outcome = matches!(op, Op::Record(_));
        waiting.count(&op);
        waiting.steps.push_back(op);
        self.wake(waiting, !is_outcome);
        Ok(())
    }

    /// Wait until fewer than [`OUTCOMES_MAX`] outcomes wait, or the queue is closed.
    pub(in crate::backends) async fn outcomes_have_room(&self) {
        loop {
            let drained = self.drained.notified();
            {
                let waiting = self.waiting.lock();
                if waiting.closed || waiting.outcomes < OUTCOMES_MAX {
                    return;
                }
            }
            drained.await;
        }
    }

    /// Refuse everything from now on; what is queued is still taken.
    pub(in crate::backends) fn close(&self) {
        let mut waiting = self.waiting.lock();
        waiting.closed = true;
        self.wake(waiting, true);
        self.drained.notify_waiters();
    }

    /// Whether everything is refused.
    pub(in crate::backends) fn is_closed(&self) -> bool {
        self.waiting.lock().closed
    }

    /// Close, and give out what nobody will take any more.
    pub(in crate::backends) fn shut(&self) -> Vec<Op> {
        self.close();
        std::mem::take(&mut self.waiting.lock().steps).into()
    }

    fn wake(&self, mut waiting: parking_lot::MutexGuard<'_, Waiting>, by_caller: bool) {
        let sleeps = std::mem::take(&mut waiting.writer_sleeps)
            || by_caller && std::mem::take(&mut waiting.writer_waits_for_callers);
        drop(waiting);
        if sleeps {
            self.filled.notify_one();
        }
    }

    /// A flush costs as much as writing some ten events. Wait a little for company when nobody is kept waiting (outcomes
    /// only), or when the last group shows that many callers are at work.
    fn linger(&self, waiting: &mut parking_lot::MutexGuard<'_, Waiting>) {
        let count = waiting.steps.len();
        if count == 0 || count >= LINGER_GROUP || waiting.closed {
            return;
        }
        if waiting.outcomes == count {
            waiting.writer_waits_for_callers = true;
            self.filled.wait_for(waiting, LINGER_OUTCOMES);
            waiting.writer_waits_for_callers = false;
        } else if waiting.last_group >= LINGER_GROUP / 2 {
            self.filled.wait_for(waiting, LINGER);
        }
    }

    /// The next group, waiting up to `patience` for its first step. `None` when closed and empty.
    pub(in crate::backends) fn take(&self, patience: Duration) -> Option<Vec<Op>> {
        let mut waiting = self.waiting.lock();
        if waiting.steps.is_empty() && !waiting.closed {
            waiting.writer_sleeps = true;
            self.filled.wait_for(&mut waiting, patience);
            waiting.writer_sleeps = false;
        }
        self.linger(&mut waiting);
        if waiting.steps.is_empty() && waiting.closed {
            return None;
        }
        let mut group = Vec::with_capacity(waiting.steps.len().min(GROUP_MAX));
        let mut bytes = 0;
        while group.len() < GROUP_MAX && bytes < GROUP_BYTES_MAX {
            let Some(op) = waiting.steps.pop_front() else { break };
            waiting.discount(&op);
            bytes += op.written_bytes();
            group.push(op);
        }
        waiting.last_group = group.len();
        drop(waiting);
        self.drained.notify_waiters();
        Some(group)
    }

    /// Take out what callers wait for, and leave the outcomes.
    pub(in crate::backends) fn take_callers(&self) -> Vec<Op> {
        let mut waiting = self.waiting.lock();
        let (outcomes, callers): (VecDeque<Op>, VecDeque<Op>) =
            std::mem::take(&mut waiting.steps).into_iter().partition(|op| matches!(op, Op::Record(_)));
        waiting.steps = outcomes;
        callers.iter().for_each(|op| waiting.discount(op));
        callers.into()
    }

    /// Give outcomes back to the head of the queue: their commit failed and they must not be lost.
    pub(in crate::backends) fn give_back(&self, outcomes: Vec<Outcome>) {
        self.give_back_steps(outcomes.into_iter().map(|outcome| Op::Record(Box::new(outcome))).collect());
    }

    /// The same for steps of any kind.
    pub(in crate::backends) fn give_back_steps(&self, steps: Vec<Op>) {
        let mut waiting = self.waiting.lock();
        for step in steps.into_iter().rev() {
            waiting.count(&step);
            waiting.steps.push_front(step);
        }
    }
}
