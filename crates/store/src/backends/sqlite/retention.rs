//! Retention: drop whole chunks, oldest first.
//!
//! A chunk goes when it is sealed, nothing in its schedule waits, and either its newest message is older than
//! history is kept or all chunks together exceed the disk's share. The open chunk never goes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use hooktide_model::Seq;

use super::parts::Parts;

/// How much history is kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Messages and attempts are kept at least this long, unless the disk's share is used up.
    pub history: Duration,
    /// Bytes of history on disk at most; 0 for no limit.
    pub disk_bytes_max: u64,
}

/// Drop what may go; how many chunks went.
pub(super) fn sweep(parts: &Parts, retention: Retention) -> std::io::Result<usize> {
    let chunks = parts.chain.all();
    let keep_from = Seq::first_at(parts.clock.now().minus(retention.history));
    let mut bytes: u64 = chunks.iter().map(|chunk| chunk.disk_bytes()).sum();
    let mut dropped = 0;
    for chunk in chunks.iter().take(chunks.len().saturating_sub(1)) {
        let newest = chunk.summary.last_seq.load(Ordering::Acquire);
        let newest = newest.max(chunk.summary.attempt_max.load(Ordering::Acquire)).max(chunk.summary.first_seq);
        let is_old = newest < keep_from.0;
        let is_too_much = retention.disk_bytes_max > 0 && bytes > retention.disk_bytes_max;
        if !is_old && !is_too_much {
            break;
        }
        if !chunk.is_sealed() {
            break;
        }
        if chunk.summary.scheduled.load(Ordering::Acquire) > 0 {
            tracing::warn!(chunk = chunk.number, "history is kept beyond its limit: deliveries in it are waiting");
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
