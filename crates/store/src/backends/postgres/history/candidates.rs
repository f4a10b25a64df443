//! How many rows a filtered list looks at in one statement: few first, for most filters are met soon, then more.
//!
//! The filter is applied here and not in the statement, so that no statement runs longer the rarer its rows are.

/// Rows in the first statement.
const FIRST: i64 = 256;
/// Rows in a statement at most.
const MOST: i64 = 2048;

/// The size of the next look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidates(i64);

impl Candidates {
    /// The page is full with as many rows as it wants, because nothing is filtered; or the first look of a filtered
    /// list.
    pub(super) fn for_page(want: usize, is_filtered: bool) -> Self {
        let want = i64::try_from(want).unwrap_or(MOST);
        Self(if is_filtered { FIRST.max(want.min(MOST)) } else { want })
    }

    /// Rows to ask for.
    pub(super) const fn limit(self) -> i64 {
        self.0
    }

    /// Whether so many rows may have others beyond them.
    pub(super) fn is_full(self, rows: usize) -> bool {
        i64::try_from(rows).is_ok_and(|rows| rows >= self.0)
    }

    /// A look at more rows from the same place on.
    pub(super) const fn wider(self) -> Self {
        Self(self.0.saturating_mul(4))
    }

    /// The next look.
    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_mul(2).clamp(FIRST, MOST))
    }
}
