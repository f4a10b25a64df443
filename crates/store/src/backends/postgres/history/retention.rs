//! Retention: drop whole partitions, oldest first, and forget the keys whose windows have passed.
//!
//! A partition goes when no delivery waits that needs a message in it, and either all of it is older than history is
//! kept or all partitions together exceed the disk's share. Those of the time now and ahead never go. A delivery that
//! is only in a node's memory needs its message's partition: it lies at or above that node's low-water mark.
//!
//! Dropping takes the tables from all readers and writers at once, so it waits for them only as long as nobody notices,
//! and is tried again in the next sweep. A row that is scheduled between the look and the drop finds its message
//! gone, as it would a moment later. A crash in here leaves a partition whole or gone.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use deadpool_postgres::Object;
use hooktide_model::{Seq, Timestamp};
use tokio_postgres::error::SqlState;

use super::partitions::{Bounds, Partitions, TABLES};
use super::rows::column;
use crate::StoreError;
use crate::backends::common::Retention;
use crate::backends::postgres::database::{Database, LOCK_SPACE};

/// Every partition of the three tables: bounds and bytes with its indexes, by the catalogue's indexes. One that another
/// node is dropping has neither.
const SIZES: &str = "
    SELECT pg_get_expr(child.relpartbound, child.oid), coalesce(pg_total_relation_size(child.oid), 0)
    FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent IN (to_regclass('message'), to_regclass('receipt'), to_regclass('attempt'))";

/// No message below it is only in a node's memory. A node that has handed over, or was taken over, left a row for
/// everything. A few rows.
const LOW_WATER: &str = "SELECT min(low_water) FROM node WHERE holder = id";

/// In which of the partitions, counted from 1, messages of waiting deliveries lie. All rows of the schedule, and only
/// when something could go.
const WAITING: &str = "SELECT DISTINCT width_bucket(msg, $1::BIGINT[]) FROM schedule WHERE msg < $2";

/// One node at a time drops; until the transaction ends.
const TRY_LOCK: &str = "SELECT pg_try_advisory_xact_lock($1, hashtext(current_schema() || ' retention'))";

/// How long a drop waits for readers and writers; who comes after it waits as long.
const WAIT_SHORTLY: &str = "SET LOCAL lock_timeout = '100ms'";

/// Whether the partition is still there.
const IS_THERE: &str = "SELECT to_regclass($1) IS NOT NULL";

macro_rules! forget {
    ($kind:literal) => {
        concat!(
            "DELETE FROM message_key WHERE ctid = ANY (ARRAY(SELECT ctid FROM message_key WHERE kind = ",
            $kind,
            " AND born >= $1 AND born < $2 ORDER BY born LIMIT $3)) AND kind = ",
            $kind,
            " AND born >= $1 AND born < $2"
        )
    };
}
/// The oldest keys of a range, by the index over those of their kind. A row that is used again meanwhile stays.
pub(super) const FORGET_IDEMPOTENCY: &str = forget!("0");
/// The same.
pub(super) const FORGET_DEDUPE: &str = forget!("1");
/// The same.
pub(super) const FORGET_UID: &str = forget!("2");

/// Keys forgotten in one statement.
const KEYS_PER_BATCH: i64 = 5_000;
/// Statements of that kind in one sweep, for each range; the rest goes in the next one.
const BATCHES_MAX: usize = 200;

/// How long keys of messages are remembered.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct KeyWindows {
    /// Idempotency keys.
    pub(in super::super) idempotency: Duration,
    /// Events that sources took.
    pub(in super::super) dedupe: Duration,
}

/// Make partitions ahead, drop what may go, forget keys; how many partitions went.
pub(in super::super) async fn sweep(
    partitions: &Partitions,
    now: Timestamp,
    retention: Retention,
    windows: KeyWindows,
) -> Result<usize, StoreError> {
    partitions.look_ahead(now).await?;
    let dropped = drop_old(partitions, now, retention).await?;
    // Other nodes drop too, and what they made ahead is known here from now on.
    partitions.reload().await?;
    forget_keys(partitions, now, windows).await?;
    Ok(dropped)
}

async fn drop_old(
    partitions: &Partitions,
    now: Timestamp,
    retention: Retention,
) -> Result<usize, StoreError> {
    let mut client = partitions.database().client().await?;
    let sizes = sizes(&client).await?;
    let (keep_from, open_from) = (Seq::first_at(now.minus(retention.history)).0, Seq::first_at(now).0);
    let mut bytes: u64 = sizes.values().map(|(_, bytes)| bytes).sum();
    let past: Vec<Bounds> =
        sizes.values().map(|(bounds, _)| *bounds).filter(|bounds| bounds.high <= open_from).collect();
    let mut needed = None;
    let mut dropped = 0;
    for bounds in &past {
        let is_old = bounds.high <= keep_from;
        let is_too_much = retention.disk_bytes_max > 0 && bytes > retention.disk_bytes_max;
        if !is_old && !is_too_much {
            break;
        }
        let needed: &HashSet<i64> = match &needed {
            Some(found) => found,
            None => needed.insert(needed_of(&client, &past).await?),
        };
        if needed.contains(&bounds.low) {
            tracing::warn!(
                from = %Seq(bounds.low).time(),
                "history is kept beyond its limit: deliveries in it are waiting"
            );
            continue;
        }
        match drop_one(&mut client, *bounds).await? {
            Dropped::Now => dropped += 1,
            Dropped::Before => {}
            Dropped::NotYet => break,
        }
        bytes = bytes.saturating_sub(sizes.get(&bounds.low).map_or(0, |(_, bytes)| *bytes));
        tracing::info!(from = %Seq(bounds.low).time(), "history dropped by retention");
    }
    Ok(dropped)
}

/// Partitions by their lower bound, with the bytes of their tables together.
async fn sizes(client: &Object) -> Result<BTreeMap<i64, (Bounds, u64)>, StoreError> {
    let mut sizes = BTreeMap::new();
    for row in client.query(SIZES, &[]).await.map_err(|error| Database::fault(&error))? {
        let Some(bounds) = Bounds::parse(&row, 0)? else { continue };
        let bytes: i64 = column(&row, 1)?;
        sizes.entry(bounds.low).or_insert((bounds, 0)).1 += bytes.unsigned_abs();
    }
    Ok(sizes)
}

/// The lower bounds of those that waiting deliveries need.
async fn needed_of(client: &Object, past: &[Bounds]) -> Result<HashSet<i64>, StoreError> {
    let fault = |error| Database::fault(&error);
    let low_water: Option<i64> = column(&client.query_one(LOW_WATER, &[]).await.map_err(fault)?, 0)?;
    let in_memory = past.iter().filter(|bounds| low_water.is_some_and(|mark| mark < bounds.high));
    let mut needed: HashSet<i64> = in_memory.map(|bounds| bounds.low).collect();
    let lows: Vec<i64> = past.iter().map(|bounds| bounds.low).collect();
    let end = past.last().map_or(0, |bounds| bounds.high);
    for row in client.query(WAITING, &[&lows, &end]).await.map_err(fault)? {
        let place = usize::try_from(column::<i32>(&row, 0)?).unwrap_or(0);
        needed.extend(place.checked_sub(1).and_then(|index| lows.get(index)));
    }
    Ok(needed)
}

/// What came of a drop.
enum Dropped {
    Now,
    /// Another node was quicker.
    Before,
    /// Somebody holds on to it, or another node is at it.
    NotYet,
}

async fn drop_one(client: &mut Object, bounds: Bounds) -> Result<Dropped, StoreError> {
    let fault = |error| Database::fault(&error);
    let step = client.transaction().await.map_err(fault)?;
    if !column::<bool>(&step.query_one(TRY_LOCK, &[&LOCK_SPACE]).await.map_err(fault)?, 0)? {
        return Ok(Dropped::NotYet);
    }
    let names: Vec<String> = TABLES.iter().map(|table| bounds.name(table)).collect();
    if !column::<bool>(&step.query_one(IS_THERE, &[&names[0]]).await.map_err(fault)?, 0)? {
        return Ok(Dropped::Before);
    }
    let drop = format!("{WAIT_SHORTLY}; DROP TABLE IF EXISTS {}", names.join(", "));
    match step.batch_execute(&drop).await {
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            tracing::info!("history that may go is being read: dropped later");
            Ok(Dropped::NotYet)
        }
        Err(error) => Err(fault(error)),
        Ok(()) => step.commit().await.map(|()| Dropped::Now).map_err(fault),
    }
}

/// Forget keys whose window has passed, and event ids of messages whose partition is gone.
async fn forget_keys(partitions: &Partitions, now: Timestamp, windows: KeyWindows) -> Result<(), StoreError> {
    let client = partitions.database().client().await?;
    let before = |window| Seq::first_at(now.minus(window)).0;
    forget(&client, FORGET_IDEMPOTENCY, i64::MIN, before(windows.idempotency)).await?;
    forget(&client, FORGET_DEDUPE, i64::MIN, before(windows.dedupe)).await?;
    let mut from = i64::MIN;
    for bounds in partitions.known() {
        if from < bounds.low {
            forget(&client, FORGET_UID, from, bounds.low).await?;
        }
        from = bounds.high;
    }
    Ok(())
}

/// Keys born from `from` on and before `to`, in batches, so that no transaction is long.
async fn forget(client: &Object, statement: &str, from: i64, to: i64) -> Result<(), StoreError> {
    let fault = |error| Database::fault(&error);
    let prepared = client.prepare_cached(statement).await.map_err(fault)?;
    for _ in 0..BATCHES_MAX {
        let forgotten = client.execute(&prepared, &[&from, &to, &KEYS_PER_BATCH]).await.map_err(fault)?;
        if i64::try_from(forgotten).is_ok_and(|forgotten| forgotten < KEYS_PER_BATCH) {
            break;
        }
    }
    Ok(())
}
