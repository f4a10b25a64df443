//! Retention: drop whole chunks, oldest first.
//!
//! A chunk goes when it is sealed, no delivery waits that needs it, and either its newest message is older than
//! history is kept or all chunks together exceed the disk's share. The open chunk never goes.
//!
//! A waiting delivery needs the chunk that holds its schedule row and the one that holds its message: these differ
//! for a retry. One that is only in memory needs its message's chunk: it lies at or above the low-water mark.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use hooktide_model::Seq;

use super::chunk::Chunk;
use super::parts::Parts;
use crate::backends::common::Retention;

/// All rows: a few bytes each, and only when something could go.
const WAITING: &str = "SELECT msg FROM schedule";

/// Drop what may go; how many chunks went.
pub(super) fn sweep(parts: &Parts, retention: Retention) -> std::io::Result<usize> {
    let chunks = parts.chain.all();
    let keep_from = Seq::first_at(parts.clock.now().minus(retention.history));
    let mut bytes: u64 = chunks.iter().map(|chunk| chunk.disk_bytes()).sum();
    let mut needed = None;
    let mut dropped = 0;
    for chunk in chunks.iter().take(chunks.len().saturating_sub(1)) {
        let newest = chunk.summary.last_seq.load(Ordering::Acquire);
        let newest =
            newest.max(chunk.summary.attempt_max.load(Ordering::Acquire)).max(chunk.summary.first_seq);
        let is_old = newest < keep_from.0;
        let is_too_much = retention.disk_bytes_max > 0 && bytes > retention.disk_bytes_max;
        if !chunk.is_sealed() || (!is_old && !is_too_much) {
            break;
        }
        let needed: &HashSet<u32> = match &needed {
            Some(found) => found,
            None => needed.insert(needed_chunks(parts).map_err(std::io::Error::other)?),
        };
        if needed.contains(&chunk.number) {
            tracing::warn!(
                chunk = chunk.number,
                "history is kept beyond its limit: deliveries in it are waiting"
            );
            continue;
        }
        bytes = bytes.saturating_sub(chunk.disk_bytes());
        parts.chain.remove(chunk.number);
        chunk.unlink()?;
        dropped += 1;
        tracing::info!(chunk = chunk.number, "history dropped by retention");
    }
    Ok(dropped)
}

/// The chunks that waiting deliveries need.
///
/// Read oldest first: a delivery's row only ever moves to a newer chunk, and is written there before it goes here.
fn needed_chunks(parts: &Parts) -> rusqlite::Result<HashSet<u32>> {
    let mut needed = HashSet::new();
    let low_water = parts.shared.low_water.load(Ordering::Acquire);
    let in_memory = |chunk: &Arc<Chunk>| chunk.summary.last_seq.load(Ordering::Acquire) >= low_water;
    needed.extend(parts.chain.all().iter().filter(|chunk| in_memory(chunk)).map(|chunk| chunk.number));
    let mut read_to = 0;
    while read_to < parts.chain.open().number {
        let from = read_to;
        for chunk in parts.chain.all().iter().filter(|chunk| chunk.number >= from) {
            read_to = chunk.number;
            if chunk.summary.scheduled.load(Ordering::Acquire) <= 0 {
                continue;
            }
            needed.insert(chunk.number);
            let reader = chunk.reader()?;
            let mut select = reader.prepare_cached(WAITING)?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                needed.extend(parts.chain.of_message(row.get(0)?).map(|chunk| chunk.number));
            }
        }
    }
    Ok(needed)
}
