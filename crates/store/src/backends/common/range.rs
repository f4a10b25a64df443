//! Which keys a page ranges over, and in which direction.

use hooktide_model::{Order, PageRequest, Seq, Timestamp, id::TypedId};

/// One step of a [`Seq`]'s clock.
const STEP: i64 = 1 << 24;

/// Keys strictly between two bounds, and the direction to walk them.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Range {
    /// Exclusive.
    pub(in super::super) low: i64,
    /// Exclusive.
    pub(in super::super) high: i64,
    /// The direction.
    pub(in super::super) walk: Order,
    /// Rows wanted: one more than the page holds.
    pub(in super::super) want: usize,
}

impl Range {
    /// The range of a page with an optional window of time.
    ///
    /// Times compare with what lists show: a key's time rounded down to 4 ms.
    pub(in super::super) fn new<I: TypedId>(
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
    pub(in super::super) fn holds(&self, key: i64) -> bool {
        self.low < key && key < self.high
    }

    /// The rest of the range after `key` was visited.
    pub(in super::super) fn beyond(self, key: i64) -> Self {
        match self.walk {
            Order::Ascending => Self { low: key, ..self },
            Order::Descending => Self { high: key, ..self },
        }
    }

    /// The smaller end of `ORDER BY`: for statements that come in both directions.
    pub(in super::super) fn descending(&self) -> bool {
        self.walk == Order::Descending
    }
}

/// The keys made in `since ..= until`: from the first on, before the second.
pub(in super::super) fn instants(since: Timestamp, until: Timestamp) -> (i64, i64) {
    (Seq::first_at(since).0, Seq::first_at(until).0 + STEP)
}

#[cfg(test)]
mod tests;
