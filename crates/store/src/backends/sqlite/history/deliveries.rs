//! Where the deliveries of a message, or of an endpoint, stand.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use hooktide_model::{
    AttemptStatus, DeliveryState, DeliveryStatus, EndpointId, Message, MessageId, Page, PageRequest, Seq,
    Trigger,
};
use rusqlite::{OptionalExtension, params};

use super::super::chunk::Chunk;
use super::super::parts::Parts;
use super::message_row::read_message;
use super::walk::collect;
use crate::backends::common::{Range, Standing, message_fits, page_of_states, unpack_targets};
use crate::{ListedMessage, MessageFilter};

/// Candidates looked at before the next look into the index.
const CANDIDATES: usize = 256;
/// By primary key.
pub(super) const TARGETS: &str = "SELECT targets, deliver_at FROM message WHERE seq = ?1";
/// A range of the clustered key.
pub(super) const STATES: &str =
    "SELECT ep, status, next_due, trigger FROM attempt WHERE msg = ?1 ORDER BY seq";
/// A range of the index (ep, msg).
pub(super) const NEWEST: &str = "SELECT DISTINCT msg FROM attempt INDEXED BY attempt_by_endpoint_message WHERE ep = ?1 AND \
     msg > ?2 AND msg < ?3 ORDER BY msg DESC LIMIT ?4";
/// The same, oldest first.
pub(super) const OLDEST: &str = "SELECT DISTINCT msg FROM attempt INDEXED BY attempt_by_endpoint_message WHERE ep = ?1 AND \
     msg > ?2 AND msg < ?3 ORDER BY msg LIMIT ?4";

/// The standing of every endpoint of a message, by key.
fn standings(parts: &Parts, message: Seq) -> rusqlite::Result<BTreeMap<i64, Standing>> {
    let mut found = BTreeMap::<i64, Standing>::new();
    if let Some(chunk) = parts.chain.of_message(message.0) {
        let reader = chunk.reader()?;
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?));
        let (targets, deliver_at) =
            reader.prepare_cached(TARGETS)?.query_row([message.0], row).optional()?.unwrap_or_default();
        for endpoint in unpack_targets(&targets) {
            found.entry(endpoint.0).or_default().deliver_at = deliver_at;
        }
    }
    for chunk in parts.chain.with_attempts_of(message.0) {
        let reader = chunk.reader()?;
        let mut select = reader.prepare_cached(STATES)?;
        let mut rows = select.query([message.0])?;
        while let Some(row) = rows.next()? {
            let status = AttemptStatus::from_number(row.get(1)?);
            let manual = row.get::<_, u8>(3)? == Trigger::Manual as u8;
            found.entry(row.get(0)?).or_default().add(status, row.get(2)?, manual);
        }
    }
    Ok(found)
}

/// A page of a message's deliveries, by endpoint.
pub(in super::super) fn deliveries(
    parts: &Parts,
    message: MessageId,
    page: &PageRequest<EndpointId>,
) -> rusqlite::Result<Page<DeliveryState>> {
    Ok(page_of_states(&parts.mint, page, standings(parts, message.seq())?))
}

/// A page of the messages that were tried at an endpoint.
pub(in super::super) fn messages_of_endpoint(
    parts: &Parts,
    endpoint: EndpointId,
    status: Option<DeliveryStatus>,
    filter: &MessageFilter,
) -> rusqlite::Result<Page<ListedMessage>> {
    let range = Range::new(&filter.page, filter.after, filter.before);
    let bounds = |chunk: &Chunk| {
        let first = chunk.summary.attempt_message_min.load(Ordering::Acquire);
        // An attempt cannot be older than its message, so the newest attempt bounds the messages.
        (first, chunk.summary.attempt_max.load(Ordering::Acquire))
    };
    let rows = collect(parts.chain.all(), range, bounds, |chunk, range| {
        fetch(parts, chunk, endpoint, range, status, filter)
    })?;
    Ok(Page::from_walk(&filter.page, rows))
}

fn fetch(
    parts: &Parts,
    chunk: &Chunk,
    endpoint: EndpointId,
    range: Range,
    status: Option<DeliveryStatus>,
    filter: &MessageFilter,
) -> rusqlite::Result<Vec<(i64, ListedMessage)>> {
    let (mut found, mut range) = (Vec::new(), range);
    loop {
        let candidates = candidates(chunk, endpoint, range)?;
        for seq in &candidates {
            let Some(message) = read_message(parts, Seq(*seq), filter.with_payload)? else { continue };
            if message_fits(&message, filter) {
                found.extend(listed(parts, endpoint, message, status)?.map(|listed| (*seq, listed)));
            }
            if found.len() >= range.want {
                return Ok(found);
            }
        }
        match candidates.last() {
            Some(last) if candidates.len() == CANDIDATES => range = range.beyond(*last),
            _ => return Ok(found),
        }
    }
}

fn listed(
    parts: &Parts,
    endpoint: EndpointId,
    message: Message,
    wanted: Option<DeliveryStatus>,
) -> rusqlite::Result<Option<ListedMessage>> {
    let standing = standings(parts, message.seq())?.get(&endpoint.seq().0).copied().unwrap_or_default();
    let state = standing.state(endpoint);
    if wanted.is_some_and(|wanted| wanted != state.status) {
        return Ok(None);
    }
    Ok(Some(ListedMessage { message, status: state.status, next_attempt_at: state.next_attempt_at }))
}

fn candidates(chunk: &Chunk, endpoint: EndpointId, range: Range) -> rusqlite::Result<Vec<i64>> {
    if let Some(index) = &*chunk.index.read() {
        let all = index.by_endpoint.get(&endpoint.seq().0).map(Vec::as_slice).unwrap_or_default();
        let mut inside: Vec<_> =
            all.iter().map(|entry| entry.message).filter(|seq| range.holds(*seq)).collect();
        inside.sort_unstable();
        inside.dedup();
        if range.descending() {
            inside.reverse();
        }
        inside.truncate(CANDIDATES);
        return Ok(inside);
    }
    let reader = chunk.reader()?;
    let mut select = reader.prepare_cached(if range.descending() { NEWEST } else { OLDEST })?;
    let key = params![endpoint.seq().0, range.low, range.high, CANDIDATES as i64];
    let rows = select.query_map(key, |row| row.get(0))?;
    rows.collect()
}
