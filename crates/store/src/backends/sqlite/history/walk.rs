//! Walk over chunks whose key ranges may overlap, in either direction, without reading more than needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use hooktide_model::Order;

use super::super::chunk::Chunk;
use crate::backends::common::Range;

/// Collect the first `range.want` rows over all chunks. `bounds` gives a chunk's smallest and largest key; `fetch`
/// gives up to `range.want` rows of one chunk in walking order.
pub(super) fn collect<T>(
    chunks: Vec<Arc<Chunk>>,
    range: Range,
    bounds: impl Fn(&Chunk) -> (i64, i64),
    mut fetch: impl FnMut(&Chunk, Range) -> rusqlite::Result<Vec<(i64, T)>>,
) -> rusqlite::Result<Vec<T>> {
    let mut chunks: Vec<_> = chunks
        .into_iter()
        .map(|chunk| (bounds(&chunk), chunk))
        .filter(|((min, max), _)| min <= max && *max > range.low && *min < range.high)
        .collect();
    match range.walk {
        Order::Ascending => chunks.sort_by_key(|((min, _), _)| *min),
        Order::Descending => chunks.sort_by_key(|((_, max), _)| std::cmp::Reverse(*max)),
    }
    let mut found = BTreeMap::new();
    for ((min, max), chunk) in chunks {
        if found.len() >= range.want && !can_improve(&found, range, min, max) {
            break;
        }
        found.extend(fetch(&chunk, range)?);
    }
    Ok(match range.walk {
        Order::Ascending => found.into_values().take(range.want).collect(),
        Order::Descending => found.into_values().rev().take(range.want).collect(),
    })
}

/// Whether a chunk with those bounds can hold a row before the last one that is wanted.
fn can_improve<T>(found: &BTreeMap<i64, T>, range: Range, min: i64, max: i64) -> bool {
    match range.walk {
        Order::Ascending => found.keys().nth(range.want - 1).is_none_or(|worst| min < *worst),
        Order::Descending => found.keys().rev().nth(range.want - 1).is_none_or(|worst| max > *worst),
    }
}
