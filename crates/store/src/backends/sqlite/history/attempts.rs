//! Attempts, of an endpoint or of a message.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use hooktide_model::{Attempt, AttemptId, AttemptStatus, EndpointId, MessageId, Order, Page, Seq};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::chunk::{AttemptEntry, Chunk};
use super::super::parts::Parts;
use super::message_row::read_message;
use super::walk::collect;
use crate::backends::common::{Range, attempt_fits, filters_by_message, message_fits_attempts, trigger};
use crate::{AttemptFilter, ListedAttempt};

/// Candidates looked at before the next look into the index.
const CANDIDATES: usize = 256;
/// By the clustered key.
pub(super) const BY_KEY: &str = "SELECT a.seq, a.msg, a.ep, a.number, a.trigger, a.status, a.code, a.duration_ms, u.text, \
     a.response FROM attempt a LEFT JOIN url u ON u.id = a.url WHERE a.msg = ?1 AND a.seq = ?2";
/// A range of the clustered key.
pub(super) const BY_MESSAGE: &str = "SELECT a.seq, a.msg, a.ep, a.number, a.trigger, a.status, a.code, a.duration_ms, u.text, \
     a.response FROM attempt a LEFT JOIN url u ON u.id = a.url WHERE a.msg = ?1 ORDER BY a.seq";
/// A range of the index (ep, seq, status).
pub(super) const NEWEST: &str = "SELECT seq, msg, status FROM attempt INDEXED BY attempt_by_endpoint WHERE ep = ?1 AND seq > ?2 \
     AND seq < ?3 ORDER BY seq DESC LIMIT ?4";
/// The same, oldest first.
pub(super) const OLDEST: &str = "SELECT seq, msg, status FROM attempt INDEXED BY attempt_by_endpoint WHERE ep = ?1 AND seq > ?2 \
     AND seq < ?3 ORDER BY seq LIMIT ?4";
/// A range of the index over what did not succeed.
pub(super) const NEWEST_FAILED: &str = "SELECT seq, msg, status FROM attempt INDEXED BY attempt_failed WHERE ep = ?1 AND \
     seq > ?2 AND seq < ?3 AND status <> 0 ORDER BY seq DESC LIMIT ?4";
/// The same, oldest first.
pub(super) const OLDEST_FAILED: &str = "SELECT seq, msg, status FROM attempt INDEXED BY attempt_failed WHERE ep = ?1 AND \
     seq > ?2 AND seq < ?3 AND status <> 0 ORDER BY seq LIMIT ?4";

fn unpack(parts: &Parts, row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        id: parts.mint.id(Seq(row.get(0)?)),
        message: parts.mint.id(Seq(row.get(1)?)),
        endpoint: parts.mint.id(Seq(row.get(2)?)),
        number: row.get(3)?,
        trigger: trigger(row.get(4)?),
        status: AttemptStatus::from_number(row.get(5)?),
        status_code: row.get(6)?,
        duration_ms: row.get(7)?,
        url: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
        response: row.get_ref(9)?.as_blob_or_null()?.map(Bytes::copy_from_slice),
    })
}

/// One attempt of a message.
pub(in super::super) fn attempt(
    parts: &Parts,
    message: MessageId,
    attempt: AttemptId,
) -> rusqlite::Result<Option<Attempt>> {
    if !parts.mint.made(attempt) {
        return Ok(None);
    }
    for chunk in parts.chain.with_attempts_of(message.seq().0) {
        let reader = chunk.reader()?;
        let mut select = reader.prepare_cached(BY_KEY)?;
        let key = params![message.seq().0, attempt.seq().0];
        if let Some(found) = select.query_row(key, |row| unpack(parts, row)).optional()? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Attempts of a message: a few per endpoint, so they are collected and paged here.
pub(in super::super) fn attempts_of_message(
    parts: &Parts,
    message: MessageId,
    filter: &AttemptFilter,
) -> rusqlite::Result<Page<ListedAttempt>> {
    let range = Range::new(&filter.page, filter.after, filter.before);
    let mut found = Vec::new();
    for chunk in parts.chain.with_attempts_of(message.seq().0) {
        let reader = chunk.reader()?;
        let mut select = reader.prepare_cached(BY_MESSAGE)?;
        for attempt in select.query_map([message.seq().0], |row| unpack(parts, row))? {
            let attempt = attempt?;
            let wanted = range.holds(attempt.id.seq().0) && attempt_fits(&attempt, filter);
            found.extend(Some(attempt).filter(|_| wanted));
        }
    }
    found.sort_unstable_by_key(|attempt| attempt.id);
    if range.walk == Order::Descending {
        found.reverse();
    }
    found.truncate(range.want);
    let mut listed = Vec::with_capacity(found.len());
    for attempt in found {
        listed.extend(with_message(parts, attempt, filter)?);
    }
    Ok(Page::from_walk(&filter.page, listed))
}

/// Attempts at an endpoint.
pub(in super::super) fn attempts_of_endpoint(
    parts: &Parts,
    endpoint: EndpointId,
    filter: &AttemptFilter,
) -> rusqlite::Result<Page<ListedAttempt>> {
    let range = Range::new(&filter.page, filter.after, filter.before);
    let bounds = |chunk: &Chunk| {
        (chunk.summary.attempt_min.load(Ordering::Acquire), chunk.summary.attempt_max.load(Ordering::Acquire))
    };
    let rows = collect(parts.chain.all(), range, bounds, |chunk, range| {
        fetch(parts, chunk, endpoint, range, filter)
    })?;
    Ok(Page::from_walk(&filter.page, rows))
}

fn fetch(
    parts: &Parts,
    chunk: &Chunk,
    endpoint: EndpointId,
    range: Range,
    filter: &AttemptFilter,
) -> rusqlite::Result<Vec<(i64, ListedAttempt)>> {
    let reader = chunk.reader()?;
    let (mut found, mut range) = (Vec::new(), range);
    loop {
        let candidates = candidates(chunk, &reader, endpoint, range, filter.status)?;
        for entry in &candidates {
            if filter.status.is_some_and(|status| status as u8 != entry.status) {
                continue;
            }
            let mut select = reader.prepare_cached(BY_KEY)?;
            let row =
                select.query_row(params![entry.message, entry.seq], |row| unpack(parts, row)).optional()?;
            if let Some(attempt) = row.filter(|attempt| attempt_fits(attempt, filter)) {
                found.extend(with_message(parts, attempt, filter)?.map(|listed| (entry.seq, listed)));
            }
            if found.len() >= range.want {
                return Ok(found);
            }
        }
        match candidates.last() {
            Some(last) if candidates.len() == CANDIDATES => range = range.beyond(last.seq),
            _ => return Ok(found),
        }
    }
}

/// The attempt with its message where asked for; `None` when the message does not pass the filter.
fn with_message(
    parts: &Parts,
    attempt: Attempt,
    filter: &AttemptFilter,
) -> rusqlite::Result<Option<ListedAttempt>> {
    let by_message = filters_by_message(filter);
    if !by_message && !filter.with_message {
        return Ok(Some(ListedAttempt { attempt, message: None }));
    }
    let message = read_message(parts, attempt.message.seq(), filter.with_message)?;
    let passes = message.as_ref().is_some_and(|message| message_fits_attempts(message, filter));
    if by_message && !passes {
        return Ok(None);
    }
    Ok(Some(ListedAttempt { attempt, message: message.filter(|_| filter.with_message) }))
}

fn candidates(
    chunk: &Chunk,
    reader: &Connection,
    endpoint: EndpointId,
    range: Range,
    status: Option<AttemptStatus>,
) -> rusqlite::Result<Vec<AttemptEntry>> {
    if let Some(index) = &*chunk.index.read() {
        let Some(all) = index.by_endpoint.get(&endpoint.seq().0) else { return Ok(Vec::new()) };
        let mut inside: Vec<_> = all.iter().filter(|entry| range.holds(entry.seq)).copied().collect();
        inside.sort_unstable_by_key(|entry| entry.seq);
        if range.descending() {
            inside.reverse();
        }
        inside.truncate(CANDIDATES);
        return Ok(inside);
    }
    let only_failed = status.is_some_and(|status| status != AttemptStatus::Success);
    let select = match (only_failed, range.descending()) {
        (true, true) => NEWEST_FAILED,
        (true, false) => OLDEST_FAILED,
        (false, true) => NEWEST,
        (false, false) => OLDEST,
    };
    let mut select = reader.prepare_cached(select)?;
    let rows = select
        .query_map(params![endpoint.seq().0, range.low, range.high, CANDIDATES as i64], |row| {
            Ok(AttemptEntry { seq: row.get(0)?, message: row.get(1)?, status: row.get(2)? })
        })?;
    rows.collect()
}
