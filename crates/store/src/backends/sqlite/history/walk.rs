//! Walk over chunks whose key ranges may overlap, in either direction, without reading more than needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use hooktide_model::{Order, PageRequest, Seq, Timestamp, id::TypedId};

use super::super::chunk::Chunk;

/// One step of a [`Seq`]'s clock.
const STEP: i64 = 1 << 24;

/// Keys strictly between two bounds, and the direction to walk them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    /// Exclusive.
    pub(super) low: i64,
    /// Exclusive.
    pub(super) high: i64,
    /// The direction.
    pub(super) walk: Order,
    /// Rows wanted: one more than the page holds.
    pub(super) want: usize,
}

impl Range {
    /// The range of a page with an optional window of time.
    ///
    /// Times compare with what lists show: a key's time rounded down to 4 ms.
    pub(super) fn new<I: TypedId>(
        page: &PageRequest<I>,
        after: Option<Timestamp>,
        before: Option<Timestamp>,
    ) -> Self {
        let walk = page.walk();
        let mut low = after.map_or(-1, |time| Seq::first_at(time).0 + STEP - 1);
        let mut high = before.map_or(i64::MAX, |time| {
            let first = Seq::first_at(time);
            if first.time() < time { first.0 + STEP } else { first.0 }
        });
        if let Some(cursor) = page.cursor {
            match walk {
                Order::Ascending => low = low.max(cursor.seq().0),
                Order::Descending => high = high.min(cursor.seq().0),
            }
        }
        Self { low, high, walk, want: page.limit + 1 }
    }

    /// Whether the key lies inside.
    pub(super) fn holds(&self, key: i64) -> bool {
        self.low < key && key < self.high
    }

    /// The rest of the range after `key` was visited.
    pub(super) fn beyond(self, key: i64) -> Self {
        match self.walk {
            Order::Ascending => Self { low: key, ..self },
            Order::Descending => Self { high: key, ..self },
        }
    }

    /// The smaller end of `ORDER BY`: for statements that come in both directions.
    pub(super) fn descending(&self) -> bool {
        self.walk == Order::Descending
    }
}

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

#[cfg(test)]
mod tests;
