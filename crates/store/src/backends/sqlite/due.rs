//! Read deliveries that are due for one endpoint, over all chunks that have schedule rows.
//!
//! A row whose outcome was recorded before the read began is never given. One whose outcome is recorded while the
//! read runs may be: the flow skips it, for it knows what it had in hand when it asked.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use hooktide_model::{Message, Seq, Timestamp};
use rusqlite::{OptionalExtension, params};

use super::chunk::{Chunk, Reader, Waiting};
use super::history::read_from;
use super::parts::Parts;
use super::writer::Tombstone;
use crate::backends::common::trigger;
use crate::{Due, InHand, NothingInHand, ScheduleRow};

/// By the index of a sealed chunk, in its order: read row by row, as far as needed.
pub(super) const DUE_ROWS: &str =
    "SELECT due, msg, tries, trigger FROM schedule WHERE ep = ?1 ORDER BY due, msg";
/// The next endpoint that has rows: one step of a skip scan over the index.
pub(super) const NEXT_ENDPOINT: &str = "SELECT ep FROM schedule WHERE ep > ?1 ORDER BY ep LIMIT 1";

/// A schedule row and the chunk that it lies in.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) segment: u32,
    pub(super) waiting: Waiting,
}

/// At most `limit` rows due at `now` with their messages, without those in hand, and the due time of the first row
/// beyond.
pub(super) fn due(
    parts: &Parts,
    endpoint: Seq,
    now: Timestamp,
    limit: usize,
    in_hand: &dyn InHand,
) -> rusqlite::Result<(Vec<Due>, Option<Timestamp>)> {
    let mut rows = rows_of(parts, endpoint, limit.saturating_add(1), in_hand)?;
    rows.sort_unstable_by_key(|row| (row.waiting.due, row.waiting.message));
    let ready = rows.iter().take(limit).take_while(|row| row.waiting.due <= now).count();
    let next = rows.get(ready).map(|row| row.waiting.due);
    let chunks = parts.chain.all();
    let mut messages = Messages { parts, chunks: &chunks, now, reader: None };
    let mut found = Vec::with_capacity(ready);
    for row in rows.into_iter().take(ready) {
        let Waiting { message, tries, trigger, .. } = row.waiting;
        let Some(message) = messages.get(message)? else {
            // The message is not in history (any more): nothing is left to send.
            parts.forget(row.key(), endpoint, message);
            continue;
        };
        found.push(Due { row: row.key(), message, tries, trigger });
    }
    Ok((found, next))
}

impl Row {
    fn key(self) -> ScheduleRow {
        ScheduleRow { segment: self.segment.into(), due: self.waiting.due, id: 0 }
    }
}

/// Messages read one after the other: from those who hold them, or through a connection that is kept as long as the
/// next message lies in the same chunk.
struct Messages<'a> {
    parts: &'a Parts,
    chunks: &'a [Arc<Chunk>],
    now: Timestamp,
    reader: Option<(u32, Reader<'a>)>,
}

impl Messages<'_> {
    fn get(&mut self, seq: Seq) -> rusqlite::Result<Option<Arc<Message>>> {
        if let Some(held) = self.parts.read_back.find(seq, self.now) {
            return Ok(Some(held));
        }
        let holds = |chunk: &&Arc<Chunk>| chunk.summary.first_seq <= seq.0;
        let Some(chunk) = self.chunks.iter().rev().find(holds) else { return Ok(None) };
        let reader = match self.reader.take() {
            Some((number, reader)) if number == chunk.number => reader,
            _ => chunk.reader()?,
        };
        let (_, reader) = self.reader.insert((chunk.number, reader));
        let message = read_from(self.parts, reader, seq.0, true)?.map(Arc::new);
        if let Some(message) = &message {
            self.parts.read_back.note(message);
        }
        Ok(message)
    }
}

/// The endpoint's live rows that are not in hand, the earliest `limit` of each chunk.
pub(super) fn rows_of(
    parts: &Parts,
    endpoint: Seq,
    limit: usize,
    in_hand: &dyn InHand,
) -> rusqlite::Result<Vec<Row>> {
    // Before anything is read: see `Tombstones::of`.
    let dead = parts.shared.tombstones.of(endpoint);
    let is_passed_over = |row: &Row| {
        let Waiting { message, trigger, .. } = row.waiting;
        dead.contains(&Tombstone { row: row.key(), endpoint, message }) || in_hand.has(message, trigger)
    };
    let mut rows = Vec::new();
    for chunk in parts.chain.all() {
        if chunk.summary.scheduled.load(Ordering::Acquire) > 0 {
            rows_in(&chunk, endpoint, limit, is_passed_over, &mut rows)?;
        }
    }
    Ok(rows)
}

fn rows_in(
    chunk: &Chunk,
    endpoint: Seq,
    limit: usize,
    is_passed_over: impl Fn(&Row) -> bool,
    rows: &mut Vec<Row>,
) -> rusqlite::Result<()> {
    let segment = chunk.number;
    if let Some(index) = &*chunk.index.read() {
        let found = index.schedule.of(endpoint).map(|waiting| Row { segment, waiting });
        rows.extend(found.filter(|row| !is_passed_over(row)).take(limit));
        return Ok(());
    }
    let reader = chunk.reader()?;
    let mut select = reader.prepare_cached(DUE_ROWS)?;
    let mut found = select.query(params![endpoint.0])?;
    let mut live = 0;
    while live < limit {
        let Some(row) = found.next()? else { break };
        let waiting = Waiting {
            endpoint,
            due: Timestamp::from_unix_ms(row.get(0)?),
            message: Seq(row.get(1)?),
            tries: row.get(2)?,
            trigger: trigger(row.get(3)?),
        };
        let row = Row { segment, waiting };
        if !is_passed_over(&row) {
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
        if let Some(index) = &*chunk.index.read() {
            endpoints.extend(index.schedule.endpoints());
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
        let earliest = rows_of(parts, endpoint, 1, &NothingInHand)?.iter().map(|row| row.waiting.due).min();
        found.extend(earliest.map(|due| (endpoint, due)));
    }
    Ok(found)
}
