//! Where the chunks of an imported store begin: decided once from the manifest, noted with the import, and kept.
//!
//! A server closes a chunk when it is full or old. Here a chunk ends where a part of the messages ends that fills it
//! (what belongs to the messages is counted in proportion), and where it has become old.

use std::time::Duration;

use hooktide_model::Seq;

use crate::transfer::{ATTEMPT, MESSAGE, Manifest, RECEIPT, Table};

/// Chunks that are made because of their age, at most.
const CHUNKS_BY_AGE_MAX: i64 = 1000;

/// When a chunk is full.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) events: u64,
    pub(super) bytes: u64,
    pub(super) age: Duration,
}

/// The first keys of the chunks, ascending; at least one.
pub(super) fn bounds(manifest: &Manifest, limits: Limits) -> Vec<i64> {
    let history = || manifest.parts.iter().filter(|part| is_dated(&part.table)).filter_map(|part| part.keys);
    let Some(first) = history().map(|[low, _]| low).min() else { return vec![1] };
    let last = history().map(|[_, high]| high).max().unwrap_or(first);
    let mut bounds = vec![first];
    bounds.extend(full(manifest, limits));
    bounds.extend(old(first, last, limits.age));
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

fn is_dated(table: &str) -> bool {
    [&MESSAGE, &RECEIPT, &ATTEMPT].iter().any(|dated| dated.name == table)
}

/// The first keys of the parts of messages that begin a chunk, since those before fill one.
fn full(manifest: &Manifest, limits: Limits) -> Vec<i64> {
    let rows = |table: &'static Table| manifest.parts_of(table).map(|part| part.rows).sum::<u64>();
    let bytes = |table: &'static Table| manifest.parts_of(table).map(|part| part.bytes).sum::<u64>();
    let (messages, events) = (rows(&MESSAGE).max(1), rows(&MESSAGE).max(rows(&ATTEMPT)) + rows(&RECEIPT));
    let (own, all) = (bytes(&MESSAGE).max(1), bytes(&MESSAGE) + bytes(&ATTEMPT) + bytes(&RECEIPT));
    let (mut chunk_events, mut chunk_bytes) = (0_u64, 0_u64);
    let mut found = Vec::new();
    for part in manifest.parts_of(&MESSAGE) {
        let Some([low, _]) = part.keys else { continue };
        if chunk_events >= limits.events || chunk_bytes >= limits.bytes {
            found.push(low);
            (chunk_events, chunk_bytes) = (0, 0);
        }
        chunk_events += scaled(part.rows, events, messages);
        chunk_bytes += scaled(part.bytes, all, own);
    }
    found
}

fn scaled(number: u64, by: u64, of: u64) -> u64 {
    u64::try_from(u128::from(number) * u128::from(by) / u128::from(of)).unwrap_or(u64::MAX)
}

/// Keys at equal distances in time.
fn old(first: i64, last: i64, age: Duration) -> Vec<i64> {
    let (from, to) = (Seq(first).time(), Seq(last).time());
    let age =
        age.max(to.since(from) / u32::try_from(CHUNKS_BY_AGE_MAX).unwrap_or(1)).max(Duration::from_millis(4));
    let mut found = Vec::new();
    let mut at = from.plus(age);
    while at <= to {
        found.push(Seq::first_at(at).0);
        at = at.plus(age);
    }
    found
}
