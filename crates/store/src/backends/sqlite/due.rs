//! Read deliveries that are due for one endpoint, over all chunks that have schedule rows.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use hooktide_model::{Seq, Timestamp, Trigger};
use rusqlite::{OptionalExtension, params};

use super::chain::Chain;
use super::chunk::Chunk;
use super::history::read_message;
use super::parts::Parts;
use crate::{Due, ScheduleRow};

/// By the primary key's first column, in the order of the rest.
const DUE_ROWS: &str = "SELECT due, msg, tries, trigger FROM schedule WHERE ep = ?1 ORDER BY due, msg LIMIT ?2";
/// An attempt of that delivery by the clustered key; started at or after the row's due time, so it served the row.
const SERVED: &str = "SELECT 1 FROM attempt WHERE msg = ?1 AND seq >= ?2 AND ep = ?3 AND trigger = ?4 LIMIT 1";
/// The next endpoint that has rows, and its first due time: one step of a skip scan over the primary key.
const NEXT_ENDPOINT: &str = "SELECT ep, due FROM schedule WHERE ep > ?1 ORDER BY ep, due LIMIT 1";

struct Row {
    segment: u32,
    due: i64,
    message: i64,
    tries: u16,
    trigger: u8,
}

/// At most `limit` rows due at `now` with their messages, and the due time of the first row beyond.
pub(super) fn due(
    parts: &Parts,
    endpoint: Seq,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<(Vec<Due>, Option<Timestamp>)> {
    let mut rows = Vec::new();
    for chunk in parts.chain.all() {
        if chunk.summary.scheduled.load(Ordering::Acquire) > 0 {
            rows_of(parts, &chunk, endpoint, limit + 1, &mut rows)?;
        }
    }
    rows.sort_unstable_by_key(|row| (row.due, row.message));
    let ready = rows.iter().take(limit).take_while(|row| row.due <= now.unix_ms()).count();
    let next = rows.get(ready).map(|row| Timestamp::from_unix_ms(row.due));
    let mut found = Vec::with_capacity(ready);
    for row in rows.into_iter().take(ready) {
        let message = read_message(parts, Seq(row.message), true)?;
        let schedule_row = ScheduleRow { segment: row.segment, due: Timestamp::from_unix_ms(row.due) };
        let Some(message) = message else {
            // Retention has dropped the message: nothing is left to send.
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

fn rows_of(parts: &Parts, chunk: &Chunk, endpoint: Seq, limit: usize, rows: &mut Vec<Row>) -> rusqlite::Result<()> {
    let reader = chunk.reader()?;
    let mut select = reader.prepare_cached(DUE_ROWS)?;
    // Hidden rows stand in front until they are deleted: read that many more.
    let limit = limit + parts.shared.tombstones.len();
    let mut found = select.query(params![endpoint.0, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    while let Some(row) = found.next()? {
        let row =
            Row { segment: chunk.number, due: row.get(0)?, message: row.get(1)?, tries: row.get(2)?, trigger: row.get(3)? };
        let key = ScheduleRow { segment: row.segment, due: Timestamp::from_unix_ms(row.due) };
        if parts.shared.tombstones.hides(key, endpoint, Seq(row.message)) {
            continue;
        }
        if row.due <= parts.started_at.unix_ms() && served_later(&parts.chain, chunk.number, endpoint, &row)? {
            parts.forget(key, endpoint, Seq(row.message));
            continue;
        }
        rows.push(row);
    }
    Ok(())
}

/// Whether a later chunk records an attempt that served this row: then a crash came between the outcome's commit
/// and the deletion of the row. Only rows due before this process started can be like that.
fn served_later(chain: &Chain, segment: u32, endpoint: Seq, row: &Row) -> rusqlite::Result<bool> {
    let since = Seq::first_at(Timestamp::from_unix_ms(row.due));
    for chunk in chain.with_attempts_of(row.message) {
        if chunk.number <= segment {
            continue;
        }
        let reader = chunk.reader()?;
        let mut served = reader.prepare_cached(SERVED)?;
        if served.exists(params![row.message, since.0, endpoint.0, row.trigger])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Every endpoint with rows and its earliest due time.
pub(super) fn scheduled_endpoints(parts: &Parts) -> rusqlite::Result<Vec<(Seq, Timestamp)>> {
    let mut earliest = std::collections::BTreeMap::<i64, i64>::new();
    for chunk in parts.chain.all() {
        if chunk.summary.scheduled.load(Ordering::Acquire) <= 0 {
            continue;
        }
        let reader = chunk.reader()?;
        let mut next = reader.prepare_cached(NEXT_ENDPOINT)?;
        let mut after = i64::MIN;
        while let Some((endpoint, due)) =
            next.query_row([after], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).optional()?
        {
            earliest.entry(endpoint).and_modify(|found| *found = due.min(*found)).or_insert(due);
            after = endpoint;
        }
    }
    Ok(earliest.into_iter().map(|(endpoint, due)| (Seq(endpoint), Timestamp::from_unix_ms(due))).collect())
}
