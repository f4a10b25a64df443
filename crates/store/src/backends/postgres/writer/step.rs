//! A step on its way through the writer: what was asked for, the keys it got, and what has been decided about it.

use hooktide_model::Seq;
use tokio::sync::oneshot;

use crate::backends::common::outstanding::Outstanding;
use crate::backends::common::queue::{AcceptReply, Op, Prepared, PreparedRefusal};
use crate::{Accepted, DeliverySource, Idempotency, NewRow, Outcome, ScheduleRow, StoreError};

use super::super::shared::Shared;

/// A step with its keys. A reply is gone once it was given.
pub(super) enum Step {
    /// Commit a message.
    Accept(Box<Accept>),
    /// Keep a refused request.
    Refuse {
        refusal: Box<PreparedRefusal>,
        seq: Seq,
        reply: Option<oneshot::Sender<Result<Seq, StoreError>>>,
    },
    /// Commit an outcome, and end this row of the schedule.
    Record { outcome: Box<Outcome>, ends: Option<ScheduleRow>, next_id: Seq },
    /// Write a schedule row for a stored message.
    Schedule(Box<Schedule>),
}

/// A message.
pub(super) struct Accept {
    pub(super) prepared: Box<Prepared>,
    pub(super) seq: Seq,
    /// The key of the receipt, when it is kept as a conflict.
    pub(super) conflict: Seq,
    /// What its keys decide: then nothing is stored but perhaps a conflict.
    pub(super) settled: Option<Result<Accepted, StoreError>>,
    pub(super) reply: Option<AcceptReply>,
}

/// A row that was asked for.
pub(super) struct Schedule {
    pub(super) row: NewRow,
    pub(super) idempotency: Option<Idempotency>,
    /// Tells the row from others, and when its key was used.
    pub(super) id: Seq,
    pub(super) settled: Option<Result<(), StoreError>>,
    pub(super) reply: Option<oneshot::Sender<Result<(), StoreError>>>,
}

impl Accept {
    /// Whether it was refused because its key came with another request, and is kept as that.
    pub(super) fn is_kept_conflict(&self) -> bool {
        matches!(self.settled, Some(Err(StoreError::KeyReused))) && self.prepared.receipt.is_some()
    }
}

impl Step {
    /// Give a queued step its keys. `None` for an outcome of a delivery that is another node's by now.
    pub(super) fn of(op: Op, shared: &Shared, outstanding: &Outstanding) -> Option<Self> {
        let next = || shared.seqs.next(shared.clock.now());
        Some(match op {
            Op::Accept(prepared, reply) => {
                let (seq, conflict) = (next(), next());
                Self::Accept(Box::new(Accept { prepared, seq, conflict, settled: None, reply: Some(reply) }))
            }
            Op::Refuse(refusal, reply) => Self::Refuse { refusal, seq: next(), reply: Some(reply) },
            Op::Record(outcome) => {
                let ends = ended_row(&outcome, shared, outstanding)?;
                Self::Record { outcome, ends, next_id: next() }
            }
            Op::Schedule { row, idempotency, reply, .. } => {
                let reply = Some(reply);
                Self::Schedule(Box::new(Schedule { row, idempotency, id: next(), settled: None, reply }))
            }
        })
    }

    /// The step as it was queued; `None` when its caller was answered and nothing is left to do.
    pub(super) fn queued_again(self) -> Option<Op> {
        match self {
            Self::Accept(accept) => Some(Op::Accept(accept.prepared, accept.reply?)),
            Self::Refuse { refusal, reply, .. } => Some(Op::Refuse(refusal, reply?)),
            Self::Record { outcome, .. } => Some(Op::Record(outcome)),
            Self::Schedule(schedule) => {
                let Schedule { row, idempotency, reply, .. } = *schedule;
                Some(Op::Schedule { row, idempotency, settled: None, reply: reply? })
            }
        }
    }

    /// Tell its caller that nothing was stored, or that nothing is known of it.
    pub(super) fn answer(&mut self, error: &StoreError) {
        let text = || StoreError::Unavailable(error.to_string());
        // Callers that went away do not change what is stored.
        match self {
            Self::Accept(accept) => drop(accept.reply.take().map(|reply| reply.send(Err(text())))),
            Self::Refuse { reply, .. } => drop(reply.take().map(|reply| reply.send(Err(text())))),
            Self::Record { .. } => {}
            Self::Schedule(schedule) => drop(schedule.reply.take().map(|reply| reply.send(Err(text())))),
        }
    }
}

/// The row that an outcome ends: the one it came from, or the one written for it while it waited in memory. `None` when
/// the delivery is not this node's any more.
#[expect(clippy::option_option, reason = "not ours, ours without a row, ours with one")]
fn ended_row(outcome: &Outcome, shared: &Shared, outstanding: &Outstanding) -> Option<Option<ScheduleRow>> {
    match outcome.source {
        DeliverySource::Lane if outstanding.has(outcome.message, outcome.endpoint) => {
            Some(outstanding.backing_row(outcome.message, outcome.endpoint))
        }
        DeliverySource::Lane => None,
        DeliverySource::Schedule(row) => {
            let is_ours = match row.segment {
                owner if owner < 0 => shared.leases.may_record(Seq(-owner)),
                owner => shared.membership.serves(owner),
            };
            is_ours.then_some(Some(row))
        }
    }
}
