//! A group as columns: one array per column, one statement per table.

use std::borrow::Cow;

use hooktide_model::{Channel, ContentType, ReceiptOutcome, Seq, Tag, Timestamp, Trigger};
use smallvec::SmallVec;
use tokio_postgres::types::ToSql;

use super::step::{Accept, Step};
use crate::backends::common::{joined, pack_targets};
use crate::{DeliverySource, NewRow, Outcome, Placement, ScheduleRow};

/// Rows of `message`.
#[derive(Default)]
pub(super) struct Messages<'a> {
    pub(super) seq: Vec<i64>,
    pub(super) app: Vec<i64>,
    pub(super) event_type: Vec<&'a str>,
    pub(super) uid: Vec<Option<&'a str>>,
    pub(super) channels: Vec<Option<String>>,
    pub(super) tags: Vec<Option<String>>,
    pub(super) deliver_at: Vec<Option<i64>>,
    pub(super) expires_at: Vec<i64>,
    pub(super) targets: Vec<Vec<u8>>,
    pub(super) hops: Vec<Option<i16>>,
    pub(super) content_type: Vec<Option<&'a str>>,
    pub(super) plain_bytes: Vec<Option<i32>>,
    pub(super) body: Vec<&'a [u8]>,
    pub(super) params: Vec<Option<&'a str>>,
}

/// Rows of `receipt`.
#[derive(Default)]
pub(super) struct Receipts<'a> {
    pub(super) seq: Vec<i64>,
    pub(super) source: Vec<i64>,
    pub(super) outcome: Vec<i16>,
    pub(super) head: Vec<&'a [u8]>,
    pub(super) plain_bytes: Vec<Option<i32>>,
    pub(super) body: Vec<Option<&'a [u8]>>,
}

/// Rows of `attempt`.
#[derive(Default)]
pub(super) struct Attempts<'a> {
    pub(super) seq: Vec<i64>,
    pub(super) msg: Vec<i64>,
    pub(super) ep: Vec<i64>,
    pub(super) number: Vec<i16>,
    pub(super) trigger: Vec<i16>,
    pub(super) status: Vec<i16>,
    pub(super) code: Vec<i16>,
    pub(super) duration_ms: Vec<i32>,
    pub(super) url: Vec<Cow<'a, str>>,
    pub(super) next_due: Vec<Option<i64>>,
    pub(super) response: Vec<&'a [u8]>,
}

/// Rows of `schedule`; of rows that end, only the key is used.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) owner: Vec<i64>,
    pub(super) ep: Vec<i64>,
    pub(super) due: Vec<i64>,
    pub(super) msg: Vec<i64>,
    pub(super) id: Vec<i64>,
    pub(super) tries: Vec<i16>,
    pub(super) trigger: Vec<i16>,
}

/// A schedule row to be written.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) key: ScheduleRow,
    pub(super) endpoint: Seq,
    pub(super) message: Seq,
    pub(super) tries: u16,
    pub(super) trigger: Trigger,
}

/// All rows of a group.
#[derive(Default)]
pub(super) struct Columns<'a> {
    pub(super) messages: Messages<'a>,
    pub(super) receipts: Receipts<'a>,
    pub(super) attempts: Attempts<'a>,
    pub(super) rows: Rows,
    pub(super) ended: Rows,
}

impl<'a> Columns<'a> {
    /// The rows of the steps, and of deliveries that get a row because they have waited long in memory.
    pub(super) fn of(steps: &'a [Step], backing: &[Row], node: i64) -> Self {
        let mut columns = Self::default();
        for step in steps {
            columns.add(step, node);
        }
        backing.iter().for_each(|row| columns.rows.add(*row));
        columns
    }

    fn add(&mut self, step: &'a Step, node: i64) {
        match step {
            Step::Accept(accept) => self.add_accept(accept, node),
            Step::Refuse { refusal, seq, .. } => {
                let body = refusal.body.as_deref();
                self.receipts.add(*seq, refusal.source, ReceiptOutcome::Refused, &refusal.head);
                self.receipts.with_body(body, refusal.plain_bytes);
            }
            Step::Record { outcome, ends, next_id } => {
                self.attempts.add(outcome);
                if let Some(row) = *ends {
                    let (endpoint, message) = (outcome.endpoint, outcome.message);
                    self.ended.add(Row {
                        key: row,
                        endpoint,
                        message,
                        tries: 0,
                        trigger: Trigger::Scheduled,
                    });
                }
                next_row(outcome, *next_id, node).into_iter().for_each(|row| self.rows.add(row));
            }
            Step::Schedule(schedule) if schedule.settled.is_none() => {
                let NewRow { message, endpoint, due, trigger, lease } = schedule.row;
                let key = ScheduleRow { segment: owner(lease, node), due, id: schedule.id.0 };
                self.rows.add(Row { key, endpoint, message, tries: 0, trigger });
            }
            Step::Schedule(_) => {}
        }
    }

    fn add_accept(&mut self, accept: &'a Accept, node: i64) {
        let prepared = &accept.prepared;
        if accept.settled.is_none() {
            self.messages.add(accept);
            for row in first_rows(accept, node) {
                self.rows.add(row);
            }
            if let Some(receipt) = &prepared.receipt {
                self.receipts.add(accept.seq, receipt.source, ReceiptOutcome::Accepted, &receipt.head);
                self.receipts.with_body(None, None);
            }
        } else if let Some(receipt) = prepared.receipt.as_ref().filter(|_| accept.is_kept_conflict()) {
            self.receipts.add(accept.conflict, receipt.source, ReceiptOutcome::Conflict, &receipt.head);
            self.receipts.with_body(Some(&prepared.body), prepared.plain_bytes);
        }
    }
}

/// Whose a row is: the node's, or that of whoever has the lease.
fn owner(lease: Option<Seq>, node: i64) -> i64 {
    lease.map_or(node, |key| -key.0)
}

/// The rows of a message's targets that do not go straight to their lanes.
pub(super) fn first_rows(accept: &Accept, node: i64) -> SmallVec<[Row; 4]> {
    let row = |target: &crate::Target| {
        let Placement::Scheduled { due, lease } = target.placement else { return None };
        let key = ScheduleRow { segment: owner(lease, node), due, id: accept.seq.0 };
        let (endpoint, message) = (target.endpoint, accept.seq);
        Some(Row { key, endpoint, message, tries: 0, trigger: Trigger::Scheduled })
    };
    accept.prepared.message.targets.iter().filter_map(row).collect()
}

/// The row of a delivery's next try. One that needs a lease goes on needing it.
pub(super) fn next_row(outcome: &Outcome, id: Seq, node: i64) -> Option<Row> {
    let due = outcome.next_due?;
    let segment = match outcome.source {
        DeliverySource::Schedule(row) if row.segment < 0 => row.segment,
        DeliverySource::Schedule(_) | DeliverySource::Lane => node,
    };
    let key = ScheduleRow { segment, due: outcome.place.unwrap_or(due), id: id.0 };
    let (endpoint, message, attempt) = (outcome.endpoint, outcome.message, &outcome.attempt);
    Some(Row { key, endpoint, message, tries: attempt.number, trigger: attempt.trigger })
}

impl<'a> Messages<'a> {
    /// In the order of the statement's parameters.
    pub(super) fn values(&self) -> [&(dyn ToSql + Sync); 14] {
        [
            &self.seq,
            &self.app,
            &self.event_type,
            &self.uid,
            &self.channels,
            &self.tags,
            &self.deliver_at,
            &self.expires_at,
            &self.targets,
            &self.hops,
            &self.content_type,
            &self.plain_bytes,
            &self.body,
            &self.params,
        ]
    }

    fn add(&mut self, accept: &'a Accept) {
        let message = &accept.prepared.message;
        self.seq.push(accept.seq.0);
        self.app.push(message.app.0);
        self.event_type.push(message.event_type.as_str());
        self.uid.push(message.uid.as_ref().map(|uid| uid.as_str()));
        self.channels.push(joined(&message.channels, Channel::as_str));
        self.tags.push(joined(&message.tags, Tag::as_str));
        self.deliver_at.push(message.deliver_at.map(Timestamp::unix_ms));
        self.expires_at.push(message.payload_expires_at.unix_ms());
        self.targets.push(pack_targets(message.targets.iter().map(|target| target.endpoint)).to_vec());
        self.hops.push((message.hops > 0).then_some(message.hops.into()));
        self.content_type.push(match &message.content_type {
            ContentType::Json => None,
            ContentType::Other(text) => Some(text.as_str()),
        });
        self.plain_bytes.push(accept.prepared.plain_bytes.map(whole));
        self.body.push(&accept.prepared.body);
        self.params.push(message.params.as_deref());
    }
}

impl<'a> Receipts<'a> {
    /// In the order of the statement's parameters.
    pub(super) fn values(&self) -> [&(dyn ToSql + Sync); 6] {
        [&self.seq, &self.source, &self.outcome, &self.head, &self.plain_bytes, &self.body]
    }

    fn add(&mut self, seq: Seq, source: Seq, outcome: ReceiptOutcome, head: &'a [u8]) {
        self.seq.push(seq.0);
        self.source.push(source.0);
        self.outcome.push((outcome as u8).into());
        self.head.push(head);
    }

    fn with_body(&mut self, body: Option<&'a [u8]>, plain_bytes: Option<u32>) {
        self.body.push(body);
        self.plain_bytes.push(plain_bytes.map(whole));
    }
}

impl<'a> Attempts<'a> {
    /// In the order of the statement's parameters.
    pub(super) fn values(&self) -> [&(dyn ToSql + Sync); 11] {
        [
            &self.seq,
            &self.msg,
            &self.ep,
            &self.number,
            &self.trigger,
            &self.status,
            &self.code,
            &self.duration_ms,
            &self.url,
            &self.next_due,
            &self.response,
        ]
    }

    fn add(&mut self, outcome: &'a Outcome) {
        let attempt = &outcome.attempt;
        self.seq.push(attempt.seq.0);
        self.msg.push(outcome.message.0);
        self.ep.push(outcome.endpoint.0);
        self.number.push(small(attempt.number));
        self.trigger.push((attempt.trigger as u8).into());
        self.status.push((attempt.status as u8).into());
        self.code.push(small(attempt.status_code));
        self.duration_ms.push(whole(attempt.duration_ms));
        self.url.push(text(&attempt.url));
        self.next_due.push(outcome.next_due.map(Timestamp::unix_ms));
        self.response.push(&attempt.response);
    }
}

impl Rows {
    /// In the order of the statement's parameters.
    pub(super) fn values(&self) -> [&(dyn ToSql + Sync); 7] {
        [&self.owner, &self.ep, &self.due, &self.msg, &self.id, &self.tries, &self.trigger]
    }

    /// The same of the key alone.
    pub(super) fn key_values(&self) -> [&(dyn ToSql + Sync); 5] {
        [&self.owner, &self.ep, &self.due, &self.msg, &self.id]
    }

    fn add(&mut self, row: Row) {
        self.owner.push(row.key.segment);
        self.ep.push(row.endpoint.0);
        self.due.push(row.key.due.unix_ms());
        self.msg.push(row.message.0);
        self.id.push(row.key.id);
        self.tries.push(small(row.tries));
        self.trigger.push((row.trigger as u8).into());
    }

    /// How many.
    pub(super) fn len(&self) -> i64 {
        i64::try_from(self.ep.len()).unwrap_or(i64::MAX)
    }
}

/// A script may have made a URL with a character that the database's texts cannot hold.
fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "%00").into() } else { text.into() }
}

fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn small(number: u16) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}
