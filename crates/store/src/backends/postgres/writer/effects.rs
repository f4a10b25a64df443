//! After a commit: change memory, tell the listener, answer.

use hooktide_model::Seq;
use smallvec::SmallVec;

use super::columns::{Row, first_rows, next_row};
use super::step::{Accept, Schedule, Step};
use super::thread::Writer;
use crate::backends::common::stored_message;
use crate::{Accepted, DeliverySource, Outcome, Placement, ScheduleRow};

impl Writer {
    /// Everything of the group is flushed.
    pub(super) fn after_commit(&mut self, steps: Vec<Step>, backing: &[Row], scheduled_by: i64) {
        self.shared.scheduled_by(scheduled_by);
        let backed = backing.iter().map(|row| (row.message, row.endpoint, row.key)).collect();
        self.outstanding.backed(backed);
        for step in steps {
            match step {
                Step::Accept(accept) => self.accepted(*accept),
                Step::Refuse { refusal, seq, reply } => {
                    self.received(refusal.source);
                    // A caller that went away does not change what is stored.
                    drop(reply.map(|reply| reply.send(Ok(seq))));
                }
                Step::Record { outcome, next_id, .. } => self.recorded(&outcome, next_id),
                Step::Schedule(schedule) => self.scheduled(*schedule),
            }
        }
    }

    fn accepted(&mut self, accept: Accept) {
        if let Some(answer) = &accept.settled {
            if let Some(receipt) = accept.prepared.receipt.as_ref().filter(|_| accept.is_kept_conflict()) {
                self.received(receipt.source);
            }
            self.shared.tell(|listener| listener.not_committed(&accept.prepared.message.targets));
            let answer = match answer {
                Ok(accepted) => Ok(accepted.clone()),
                Err(crate::StoreError::Taken(what)) => Err(crate::StoreError::Taken(what)),
                Err(_) => Err(crate::StoreError::KeyReused),
            };
            drop(accept.reply.map(|reply| reply.send(answer)));
            return;
        }
        if let Some(receipt) = &accept.prepared.receipt {
            self.received(receipt.source);
        }
        let rows = first_rows(&accept, self.node);
        let in_lanes: SmallVec<[Seq; 4]> = accept
            .prepared
            .message
            .targets
            .iter()
            .filter(|target| target.placement == Placement::Lane)
            .map(|target| target.endpoint)
            .collect();
        self.last_seq = accept.seq;
        self.outstanding.add(accept.seq, in_lanes);
        let id = self.shared.mint.id(accept.seq);
        let targets = accept.prepared.message.targets.clone();
        let message = stored_message(accept.prepared.message, id);
        self.shared.tell(|listener| listener.committed(&message, &targets));
        rows.iter().for_each(|row| self.tell_leaseholder(row));
        drop(accept.reply.map(|reply| reply.send(Ok(Accepted { id, replayed: false }))));
    }

    fn recorded(&mut self, outcome: &Outcome, next_id: Seq) {
        match outcome.source {
            DeliverySource::Lane => self.outstanding.finish(outcome.message, outcome.endpoint),
            DeliverySource::Schedule(row) => {
                self.outstanding.finish_row(outcome.message, outcome.endpoint, row);
            }
        }
        self.shared.tell(|listener| listener.recorded(outcome));
        if let Some(row) = next_row(outcome, next_id, self.node) {
            self.tell_leaseholder(&row);
        }
    }

    fn scheduled(&self, schedule: Schedule) {
        let crate::NewRow { endpoint, due, message, trigger, lease } = schedule.row;
        let answer = match schedule.settled {
            None => {
                let segment = lease.map_or(self.node, |key| -key.0);
                let key = ScheduleRow { segment, due, id: schedule.id.0 };
                self.shared.tell(|listener| listener.scheduled(endpoint, due));
                self.tell_leaseholder(&Row { key, endpoint, message, tries: 0, trigger });
                Ok(())
            }
            Some(answer) => answer,
        };
        drop(schedule.reply.map(|reply| reply.send(answer)));
    }

    fn received(&self, source: Seq) {
        self.shared.tell(|listener| listener.received(source));
        self.shared.nudges.received(source);
    }

    /// A row that another node may have the lease for.
    fn tell_leaseholder(&self, row: &Row) {
        let key = Seq(-row.key.segment);
        if key.0 > 0 && !self.shared.leases.has(key) {
            self.shared.nudges.due(key, row.endpoint, row.key.due);
        }
    }
}
