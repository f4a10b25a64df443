//! Counts of an endpoint's attempts in a window.

use hooktide_model::{EndpointId, Timestamp};
use rusqlite::params;

use super::super::chunk::Chunk;
use super::super::due::rows_of;
use super::super::parts::Parts;
use crate::backends::common::instants;
use crate::{AttemptCounts, NothingInHand};

/// A range of the covering index (ep, seq, status).
pub(super) const COUNT: &str = "SELECT status, count(*) FROM attempt INDEXED BY attempt_by_endpoint WHERE ep = ?1 AND \
     seq >= ?2 AND seq < ?3 GROUP BY status";

/// Attempts that started in `since ..= until`, by status, and deliveries that wait in the schedule now.
pub(in super::super) fn attempt_counts(
    parts: &Parts,
    endpoint: EndpointId,
    since: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<AttemptCounts> {
    let mut counts = AttemptCounts::default();
    let (from, to) = instants(since, until);
    for chunk in parts.chain.all() {
        count_attempts(&chunk, endpoint, from, to, &mut counts)?;
    }
    for row in rows_of(parts, endpoint.seq(), usize::MAX, &NothingInHand)? {
        if row.waiting.tries > 0 { counts.sending += 1 } else { counts.pending += 1 }
    }
    Ok(counts)
}

fn count_attempts(
    chunk: &Chunk,
    endpoint: EndpointId,
    from: i64,
    to: i64,
    counts: &mut AttemptCounts,
) -> rusqlite::Result<()> {
    let mut add = |status: u8, count: u64| match status {
        0 => counts.success += count,
        4 => counts.canceled += count,
        _ => counts.fail += count,
    };
    if let Some(index) = &*chunk.index.read() {
        let all = index.by_endpoint.get(&endpoint.seq().0).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|entry| from <= entry.seq && entry.seq < to).for_each(|entry| add(entry.status, 1));
        return Ok(());
    }
    let reader = chunk.reader()?;
    let mut select = reader.prepare_cached(COUNT)?;
    let mut rows = select.query(params![endpoint.seq().0, from, to])?;
    while let Some(row) = rows.next()? {
        add(row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs());
    }
    Ok(())
}
