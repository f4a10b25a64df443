//! Keyset pagination, in both directions.
//!
//! A page is asked for by the last key seen. Walking backwards asks for the page before a key; its rows still
//! come in the list's own order.

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Oldest or smallest first.
    Ascending,
    /// Newest or largest first.
    Descending,
}

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest<K> {
    /// Rows at most.
    pub limit: usize,
    /// The list's order.
    pub order: Order,
    /// Rows strictly after this key in the list's order; strictly before it when `backwards`.
    pub cursor: Option<K>,
    /// Whether the page lies before the cursor.
    pub backwards: bool,
}

impl<K> PageRequest<K> {
    /// The direction in which the store must walk: the list's order, turned round when going backwards.
    #[must_use]
    pub fn walk(&self) -> Order {
        match (self.order, self.backwards) {
            (Order::Ascending, false) | (Order::Descending, true) => Order::Ascending,
            (Order::Descending, false) | (Order::Ascending, true) => Order::Descending,
        }
    }
}

/// One page, in the list's own order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Whether no row lies beyond this page in the direction walked.
    pub done: bool,
}

impl<T> Page<T> {
    /// A page from up to `limit + 1` rows in walking order.
    #[must_use]
    pub fn from_walk<K>(request: &PageRequest<K>, mut rows: Vec<T>) -> Self {
        let done = rows.len() <= request.limit;
        rows.truncate(request.limit);
        if request.backwards {
            rows.reverse();
        }
        Self { data: rows, done }
    }

    /// The same page with other rows.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { data: self.data.into_iter().map(change).collect(), done: self.done }
    }
}
