//! Idempotency keys and event ids: who was first, over all nodes.
//!
//! A group claims all its keys in one statement. A key that another transaction claims at the same moment makes the
//! statement wait for that transaction's end, so of two nodes with the same request one stores it and the other finds
//! it. Keys are claimed in their own order, so that two groups cannot wait for each other.
//!
//! Nearly all keys are new. So a group is first written as if all its keys were, in one statement; when one is not, nothing
//! of it was, and the group is written again with a look at its keys, as are the groups that come next.

use std::collections::{BTreeMap, HashSet};

use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use super::line::Statements;
use super::step::{Accept, Schedule, Step};
use crate::backends::postgres::shared::Shared;
use crate::{Accepted, StoreError};

/// A publisher's idempotency key, or that of a resend.
const IDEMPOTENCY: i16 = 0;
/// What makes an event of a source the same as another.
const DEDUPE: i16 = 1;
/// A publisher's event id.
const EVENT_ID: i16 = 2;

/// A key and what it would stand for.
struct Wanted {
    request: Option<[u8; 16]>,
    message: i64,
    /// When it is used: a key of this very step.
    born: i64,
    kind: i16,
}

/// A key as it is in the database.
struct Known {
    request: Option<Vec<u8>>,
    message: i64,
    born: i64,
}

/// Rows of `message_key`.
#[derive(Default)]
pub(super) struct KeyColumns<'a> {
    pub(super) key: Vec<&'a [u8]>,
    request: Vec<Option<&'a [u8]>>,
    message: Vec<i64>,
    born: Vec<i64>,
    kind: Vec<i16>,
}

impl KeyColumns<'_> {
    /// In the order of the statement's parameters.
    pub(super) fn values(&self) -> [&(dyn ToSql + Sync); 5] {
        [&self.key, &self.request, &self.message, &self.born, &self.kind]
    }
}

/// The keys of a group.
#[derive(Default)]
pub(super) struct Keys {
    wanted: BTreeMap<[u8; 16], Wanted>,
    /// Claimed for steps that turned out to store nothing.
    pub(super) given_back: Vec<[u8; 16]>,
}

impl Keys {
    /// Collect the keys of the steps. A step with a key that an earlier one of the group has is taken out: what becomes of
    /// it depends on what becomes of that one.
    pub(super) fn collect(steps: &mut Vec<Step>) -> (Self, Vec<Step>) {
        let (mut wanted, mut seen) = (BTreeMap::new(), HashSet::new());
        let repeats = |step: &mut Step| {
            let keys = keys_of(step);
            let is_repeated = keys.iter().any(|(key, _)| seen.contains(key));
            if !is_repeated {
                seen.extend(keys.iter().map(|(key, _)| *key));
                wanted.extend(keys);
            }
            is_repeated
        };
        let deferred = steps.extract_if(.., repeats).collect();
        (Self { wanted, given_back: Vec::new() }, deferred)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// As columns, in their own order.
    pub(super) fn columns(&self) -> KeyColumns<'_> {
        let mut columns = KeyColumns::default();
        for (key, wanted) in &self.wanted {
            columns.key.push(key);
            columns.request.push(wanted.request.as_ref().map(|request| &request[..]));
            columns.message.push(wanted.message);
            columns.born.push(wanted.born);
            columns.kind.push(wanted.kind);
        }
        columns
    }

    /// Claim the keys inside the open transaction, and settle the steps whose keys were there before.
    pub(super) async fn claim(
        &mut self,
        client: &Client,
        statements: &Statements,
        shared: &Shared,
        steps: &mut [Step],
    ) -> Result<(), tokio_postgres::Error> {
        let columns = self.columns();
        let oldest = shared.oldest_key(shared.idempotency_window).0;
        let oldest_deduped = shared.oldest_key(shared.dedupe_window).0;
        let mut values = columns.values().to_vec();
        values.extend([&oldest as &(dyn ToSql + Sync), &oldest_deduped]);
        let only_keys: [&(dyn ToSql + Sync); 1] = [&columns.key];
        let (claimed, found) = tokio::join!(
            biased;
            client.execute(&statements.claim_keys, &values),
            client.query(&statements.find_keys, &only_keys)
        );
        claimed?;
        let mut known = BTreeMap::new();
        for row in found? {
            let key: Vec<u8> = row.try_get(0)?;
            let found = Known { request: row.try_get(1)?, message: row.try_get(2)?, born: row.try_get(3)? };
            known.insert(key, found);
        }
        for step in steps {
            self.settle(step, &known, shared);
        }
        Ok(())
    }

    fn settle(&mut self, step: &mut Step, known: &BTreeMap<Vec<u8>, Known>, shared: &Shared) {
        // A key whose use is not this step's own was there before.
        let before = |key: &[u8; 16], born: i64| known.get(&key[..]).filter(|found| found.born != born);
        match step {
            Step::Accept(accept) => {
                let born = accept.seq.0;
                let idempotency = accept.prepared.message.idempotency;
                let earlier = idempotency.and_then(|wanted| before(&wanted.key, born));
                let is_taken = accept.prepared.uid_key.is_some_and(|key| before(&key, born).is_some());
                accept.settled = match (earlier, idempotency) {
                    (Some(found), Some(wanted)) => {
                        Some(match found.request.as_deref() == Some(&wanted.request[..]) {
                            true => Ok(Accepted {
                                id: shared.mint.id(hooktide_model::Seq(found.message)),
                                replayed: true,
                            }),
                            false => Err(StoreError::KeyReused),
                        })
                    }
                    _ if is_taken => Some(Err(StoreError::Taken("eventId"))),
                    _ => None,
                };
            }
            Step::Schedule(schedule) => {
                let idempotency = schedule.idempotency;
                let earlier = idempotency.and_then(|wanted| before(&wanted.key, schedule.id.0));
                schedule.settled = earlier.zip(idempotency).map(|(found, wanted)| {
                    let is_same = found.request.as_deref() == Some(&wanted.request[..]);
                    if is_same { Ok(()) } else { Err(StoreError::KeyReused) }
                });
            }
            Step::Refuse { .. } | Step::Record { .. } => {}
        }
        if is_settled(step) {
            let born_here = |(key, wanted): &([u8; 16], Wanted)| before(key, wanted.born).is_none();
            self.given_back.extend(keys_of(step).into_iter().filter(born_here).map(|(key, _)| key));
        }
    }
}

fn is_settled(step: &Step) -> bool {
    match step {
        Step::Accept(accept) => accept.settled.is_some(),
        Step::Schedule(schedule) => schedule.settled.is_some(),
        Step::Refuse { .. } | Step::Record { .. } => false,
    }
}

fn keys_of(step: &Step) -> Vec<([u8; 16], Wanted)> {
    match step {
        Step::Accept(accept) => keys_of_message(accept),
        Step::Schedule(schedule) => keys_of_row(schedule),
        Step::Refuse { .. } | Step::Record { .. } => Vec::new(),
    }
}

fn keys_of_message(accept: &Accept) -> Vec<([u8; 16], Wanted)> {
    let (message, prepared) = (accept.seq.0, &accept.prepared);
    let kind = if prepared.receipt.is_some() { DEDUPE } else { IDEMPOTENCY };
    let idempotency = prepared
        .message
        .idempotency
        .map(|found| (found.key, Wanted { request: Some(found.request), message, born: message, kind }));
    let uid =
        prepared.uid_key.map(|key| (key, Wanted { request: None, message, born: message, kind: EVENT_ID }));
    idempotency.into_iter().chain(uid).collect()
}

fn keys_of_row(schedule: &Schedule) -> Vec<([u8; 16], Wanted)> {
    let (message, born) = (schedule.row.message.0, schedule.id.0);
    let wanted = |found: crate::Idempotency| {
        (found.key, Wanted { request: Some(found.request), message, born, kind: IDEMPOTENCY })
    };
    schedule.idempotency.map(wanted).into_iter().collect()
}
