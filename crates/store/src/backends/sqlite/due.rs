//! Read deliveries that are due for one endpoint, over all chunks that have schedule rows.
//!
//! A row whose outcome was recorded before the read began is never given. One whose outcome is recorded while the
//! read runs may be: the flow skips it, for it knows what it had in hand when it asked.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use hooktide_model::{Seq, Timestamp, Trigger};
use rusqlite::{OptionalExtension, params};

use super::chunk::Chunk;
use super::history::read_message;
use super::parts::Parts;
use super::writer::Tombstone;
use crate::{Due, ScheduleRow};

/// By the primary key's first column, in the order of the rest: read row by row, as far as needed.
pub(super) const DUE_ROWS: &str =
    "SELECT due, msg, tries, trigger FROM schedule WHERE ep = ?1 ORDER BY due, msg";
/// The next endpoint that has rows: one step of a skip scan over the primary key.
pub(super) const NEXT_ENDPOINT: &str = "SELECT ep FROM schedule WHERE ep > ?1 ORDER BY ep LIMIT 1";

/// A schedule row.
pub(super) struct Row {
    pub(super) segment: u32,
    pub(super) due: i64,
    pub(super) message: i64,
    pub(super) tries: u16,
    pub(super) trigger: u8,
}

/// At most `limit` rows due at `now` with their messages, and the due time of the first row beyond.
pub(super) fn due(
    parts: &Parts,
    endpoint: Seq,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<(Vec<Due>, Option<Timestamp>)> {
    let mut rows = rows_of(parts, endpoint, limit.saturating_add(1))?;
    rows.sort_unstable_by_key(|row| (row.due, row.message));
    let ready = rows.iter().take(limit).take_while(|row| row.due <= now.unix_ms()).count();
    let next = rows.get(ready).map(|row| Timestamp::from_unix_ms(row.due));
    let mut found = Vec::with_capacity(ready);
    for row in rows.into_iter().take(ready) {
        let message = read_message(parts, Seq(row.message), true)?;
        let schedule_row = ScheduleRow { segment: row.segment, due: Timestamp::from_unix_ms(row.due) };
        let Some(message) = message else {
            // The message is not in history (any more): nothing is left to send.
            parts.forget(schedule_row, endpoint, Seq(row.message));
            continue;
        };
        found.push(Due {
            row: schedule_row,
            message: Arc::new(message),
            tries: row.tries,
            trigger: if row.trigger == Trigger::Manual as u8 { Trigger::Manual } else { Trigger::Scheduled },
        });
    }
    Ok((found, next))
}

/// The endpoint's live rows, the earliest `limit` of each chunk.
pub(super) fn rows_of(parts: &Parts, endpoint: Seq, limit: usize) -> rusqlite::Result<Vec<Row>> {
    // Before anything is read: see `Tombstones::of`.
    let dead = parts.shared.tombstones.of(endpoint);
    let mut rows = Vec::new();
    for chunk in parts.chain.all() {
        if chunk.summary.scheduled.load(Ordering::Acquire) > 0 {
            rows_in(&chunk, endpoint, limit, |row| dead.contains(row), &mut rows)?;
        }
    }
    Ok(rows)
}

fn rows_in(
    chunk: &Chunk,
    endpoint: Seq,
    limit: usize,
    is_dead: impl Fn(&Tombstone) -> bool,
    rows: &mut Vec<Row>,
) -> rusqlite::Result<()> {
    let reader = chunk.reader()?;
    let mut select = reader.prepare_cached(DUE_ROWS)?;
    let mut found = select.query(params![endpoint.0])?;
    let mut live = 0;
    while live < limit {
        let Some(row) = found.next()? else { break };
        let segment = chunk.number;
        let row =
            Row { segment, due: row.get(0)?, message: row.get(1)?, tries: row.get(2)?, trigger: row.get(3)? };
        let key = ScheduleRow { segment, due: Timestamp::from_unix_ms(row.due) };
        if !is_dead(&Tombstone { row: key, endpoint, message: Seq(row.message) }) {
            rows.push(row);
            live += 1;
        }
    }
    Ok(())
}

/// Every endpoint with rows and its earliest due time.
pub(super) fn scheduled_endpoints(parts: &Parts) -> rusqlite::Result<Vec<(Seq, Timestamp)>> {
    let mut endpoints = std::collections::BTreeSet::<i64>::new();
    for chunk in parts.chain.all() {
        if chunk.summary.scheduled.load(Ordering::Acquire) <= 0 {
            continue;
        }
        let reader = chunk.reader()?;
        let mut next = reader.prepare_cached(NEXT_ENDPOINT)?;
        let mut after = i64::MIN;
        while let Some(endpoint) = next.query_row([after], |row| row.get::<_, i64>(0)).optional()? {
            endpoints.insert(endpoint);
            after = endpoint;
        }
    }
    let mut found = Vec::with_capacity(endpoints.len());
    for endpoint in endpoints.into_iter().map(Seq) {
        let earliest = rows_of(parts, endpoint, 1)?.iter().map(|row| row.due).min();
        found.extend(earliest.map(|due| (endpoint, Timestamp::from_unix_ms(due))));
    }
    Ok(found)
}
