//! At start-up: find the deliveries that were in memory when the process ended, and give each a schedule row.
//!
//! They are the targets of messages at or above the low-water mark that have no attempt and no schedule row. How
//! many there can be is bounded by what fits in the lanes plus a second or two of traffic, not by history.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use hooktide_model::{Seq, Trigger};
use rusqlite::{Connection, TransactionBehavior};

use super::chain::Chain;
use super::chunk::{Meta, get_meta, put_meta};
use super::history::unpack_targets;
use super::writer::insert_schedule_row;

/// A range of the primary key.
const TARGETS: &str = "SELECT seq, targets FROM message WHERE seq >= ?1 AND targets <> x''";
/// A range of the clustered key.
const ATTEMPTED: &str = "SELECT msg, ep FROM attempt WHERE msg >= ?1 AND trigger = 0";
/// All rows, once per start: a few bytes each.
const SCHEDULED: &str = "SELECT msg, ep FROM schedule WHERE msg >= ?1 AND trigger = 0";
/// Rows written in one transaction.
const ROWS_PER_COMMIT: usize = 10_000;

/// Write the missing schedule rows through the open chunk's connection; how many there were.
pub(super) fn recover(chain: &Chain, connection: &mut Connection) -> rusqlite::Result<usize> {
    let low_water: i64 = get_meta(connection, Meta::LOW_WATER)?.unwrap_or(0);
    let (mut targets, mut known) = (Vec::new(), HashSet::new());
    for chunk in chain.all() {
        let reader = chunk.reader()?;
        if chunk.summary.last_seq.load(Ordering::Acquire) >= low_water {
            let mut select = reader.prepare(TARGETS)?;
            let mut rows = select.query([low_water])?;
            while let Some(row) = rows.next()? {
                let message: i64 = row.get(0)?;
                targets.extend(unpack_targets(row.get_ref(1)?.as_blob()?).map(|endpoint| (message, endpoint.0)));
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
    for group in targets.chunks(ROWS_PER_COMMIT) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (message, endpoint) in group {
            let message = Seq(*message);
            insert_schedule_row(&transaction, Seq(*endpoint), message.time(), message, 0, Trigger::Scheduled)?;
        }
        transaction.commit()?;
        chain.open().summary.scheduled.fetch_add(i64::try_from(group.len()).unwrap_or(0), Ordering::AcqRel);
    }
    let open = chain.open();
    let mark = open.summary.last_seq.load(Ordering::Acquire).max(open.summary.first_seq) + 1;
    put_meta(connection, Meta::LOW_WATER, &mark)?;
    Ok(targets.len())
}

fn collect(reader: &Connection, select: &str, since: i64, known: &mut HashSet<(i64, i64)>) -> rusqlite::Result<()> {
    let mut select = reader.prepare(select)?;
    let mut rows = select.query([since])?;
    while let Some(row) = rows.next()? {
        known.insert((row.get(0)?, row.get(1)?));
    }
    Ok(())
}
