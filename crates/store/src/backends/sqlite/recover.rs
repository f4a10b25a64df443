//! At start-up: delete the schedule rows that a crash left behind their outcomes, find the deliveries that were in
//! memory when the process ended, and give each a schedule row.
//!
//! The latter are the targets of messages at or above the low-water mark that have no attempt and no schedule row.
//! How many there can be is bounded by what fits in the lanes plus a second or two of traffic, not by history.
//! A crash in here is like one before: what is done stays done and is not done again.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use hooktide_model::{Seq, Timestamp};
use rusqlite::{Connection, TransactionBehavior};

use super::chain::Chain;
use super::chunk::{Chunk, Meta, ScheduleChange, Waiting, get_meta, open_writer, put_meta};
use super::writer::{Tombstone, delete_rows, insert_schedule_row};
use crate::ScheduleRow;
use crate::backends::common::unpack_targets;

/// A range of the primary key.
pub(super) const TARGETS: &str = "SELECT seq, targets FROM message WHERE seq >= ?1 AND targets <> x''";
/// A range of the clustered key.
pub(super) const ATTEMPTED: &str = "SELECT msg, ep FROM attempt WHERE msg >= ?1 AND trigger = 0";
/// All rows, once per start: a few bytes each.
const SCHEDULED: &str = "SELECT msg, ep FROM schedule WHERE msg >= ?1 AND trigger = 0";
/// A range of the primary key. Few: the writer deletes them once they are dealt with.
pub(super) const FINISHED: &str = "SELECT ep, due, msg FROM finished WHERE segment = ?1";
/// Rows written in one transaction.
const ROWS_PER_COMMIT: usize = 10_000;

/// What was found.
pub(super) struct Recovered {
    /// Deliveries that got a schedule row.
    pub(super) deliveries: usize,
    /// The new low-water mark.
    pub(super) low_water: i64,
}

/// Put the schedule right, writing missing rows through the open chunk's connection.
pub(super) fn recover(chain: &Chain, connection: &mut Connection) -> rusqlite::Result<Recovered> {
    delete_finished_rows(chain)?;
    let low_water: i64 = get_meta(connection, Meta::LOW_WATER)?.unwrap_or(0);
    let lost = deliveries_without_row(chain, low_water)?;
    for group in lost.chunks(ROWS_PER_COMMIT) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut written = Vec::with_capacity(group.len());
        for (message, endpoint) in group {
            let message = Seq(*message);
            let mut row = Waiting::first(message, Seq(*endpoint), message.time());
            insert_schedule_row(&transaction, &mut row)?;
            written.push(ScheduleChange::Added(row));
        }
        transaction.commit()?;
        chain.open().schedule_changed(&written);
    }
    let open = chain.open();
    let mark = open.summary.last_seq.load(Ordering::Acquire).max(open.summary.first_seq) + 1;
    put_meta(connection, Meta::LOW_WATER, &mark)?;
    Ok(Recovered { deliveries: lost.len(), low_water: mark })
}

/// Delete rows of earlier chunks that an outcome in a later one has ended.
fn delete_finished_rows(chain: &Chain) -> rusqlite::Result<()> {
    let chunks = chain.all();
    for (index, chunk) in chunks.iter().enumerate() {
        if chunk.summary.scheduled.load(Ordering::Acquire) <= 0 {
            continue;
        }
        let mut dead = Vec::new();
        for later in &chunks[index + 1..] {
            collect_finished(later, chunk, &mut dead)?;
        }
        if !dead.is_empty() {
            let gone = delete_rows(&open_writer(&chunk.path)?, &dead)?;
            chunk.schedule_changed(&gone);
        }
    }
    Ok(())
}

fn collect_finished(later: &Chunk, chunk: &Arc<Chunk>, dead: &mut Vec<Tombstone>) -> rusqlite::Result<()> {
    let reader = later.reader()?;
    let mut select = reader.prepare_cached(FINISHED)?;
    let mut rows = select.query([chunk.number])?;
    while let Some(row) = rows.next()? {
        let due = Timestamp::from_unix_ms(row.get(1)?);
        let key = ScheduleRow { segment: chunk.number.into(), due, id: 0 };
        dead.push(Tombstone { row: key, endpoint: Seq(row.get(0)?), message: Seq(row.get(2)?) });
    }
    Ok(())
}

/// The deliveries of messages at or above the mark that neither an attempt nor a row stands for.
fn deliveries_without_row(chain: &Chain, low_water: i64) -> rusqlite::Result<Vec<(i64, i64)>> {
    let (mut targets, mut known) = (Vec::new(), HashSet::new());
    for chunk in chain.all() {
        let reader = chunk.reader()?;
        if chunk.summary.last_seq.load(Ordering::Acquire) >= low_water {
            let mut select = reader.prepare(TARGETS)?;
            let mut rows = select.query([low_water])?;
            while let Some(row) = rows.next()? {
                let message: i64 = row.get(0)?;
                targets
                    .extend(unpack_targets(row.get_ref(1)?.as_blob()?).map(|endpoint| (message, endpoint.0)));
            }
        }
        if chunk.summary.attempt_max.load(Ordering::Acquire) >= low_water {
            collect(&reader, ATTEMPTED, low_water, &mut known)?;
        }
        if chunk.summary.scheduled.load(Ordering::Acquire) > 0 {
            collect(&reader, SCHEDULED, low_water, &mut known)?;
        }
    }
    targets.retain(|target| !known.contains(target));
    Ok(targets)
}

fn collect(
    reader: &Connection,
    select: &str,
    since: i64,
    known: &mut HashSet<(i64, i64)>,
) -> rusqlite::Result<()> {
    let mut select = reader.prepare(select)?;
    let mut rows = select.query([since])?;
    while let Some(row) = rows.next()? {
        known.insert((row.get(0)?, row.get(1)?));
    }
    Ok(())
}
