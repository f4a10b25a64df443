//! Keyset pages of configuration.

use hooktide_model::id::TypedId;
use hooktide_model::{EventTypeName, Order, PageRequest};

/// Sorts before every name.
const BEFORE_ALL: &str = "";
/// Sorts after every name: names hold ASCII only.
const AFTER_ALL: &str = "\u{10ffff}";

/// A list's statement in each direction; both take scope, key and row count.
pub(in crate::backends) struct Walk {
    /// Rows after the key, upwards.
    pub(in crate::backends) up: &'static str,
    /// Rows before the key, downwards.
    pub(in crate::backends) down: &'static str,
}

impl Walk {
    /// The statement for a page by id, and the key it starts beyond.
    pub(in crate::backends) fn by_id<I: TypedId>(&self, page: &PageRequest<I>) -> (&'static str, i64) {
        let cursor = page.cursor.map(|id| id.seq().0);
        match page.walk() {
            Order::Ascending => (self.up, cursor.unwrap_or(i64::MIN)),
            Order::Descending => (self.down, cursor.unwrap_or(i64::MAX)),
        }
    }

    /// The statement for a page by name, and the name it starts beyond.
    pub(in crate::backends) fn by_name<'a>(
        &self,
        page: &'a PageRequest<EventTypeName>,
    ) -> (&'static str, &'a str) {
        let cursor = page.cursor.as_ref().map(EventTypeName::as_str);
        match page.walk() {
            Order::Ascending => (self.up, cursor.unwrap_or(BEFORE_ALL)),
            Order::Descending => (self.down, cursor.unwrap_or(AFTER_ALL)),
        }
    }
}

/// Rows to read for a page: one more than it shows, which tells whether more follow.
pub(in crate::backends) fn rows_to_read<K>(page: &PageRequest<K>) -> i64 {
    i64::try_from(page.limit).unwrap_or(i64::MAX).saturating_add(1)
}
