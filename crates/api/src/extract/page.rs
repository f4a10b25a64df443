//! Pages and time windows of lists, as the query string states them.

use std::fmt::Display;
use std::str::FromStr;

use hooktide_model::{Order, PageRequest, Timestamp};

use crate::extract::QueryReader;
use crate::wire::list::FORWARD_MARK;

/// Rows of a page when the caller does not say.
pub const LIMIT_DEFAULT: usize = 50;
/// Rows of a page at most.
pub const LIMIT_MAX: usize = 250;

/// `limit`, `iterator` and `order` of a list whose cursor is a `K`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageParams<K> {
    limit: usize,
    cursor: Option<Cursor<K>>,
    order: Option<Order>,
}

/// An iterator: a key, and the side of it on which the page lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor<K> {
    /// The key of the row that is next to the page.
    pub key: K,
    /// `-` in front: the page lies before the key.
    pub backwards: bool,
}

impl<K> PageParams<K> {
    /// Read the three parameters; `parse` reads a key.
    pub fn read<E: Display>(reader: &mut QueryReader<'_>, parse: impl FnOnce(&str) -> Result<K, E>) -> Self {
        let limit = reader.number::<usize>("limit");
        if limit.is_some_and(|limit| !(1..=LIMIT_MAX).contains(&limit)) {
            reader.fail("limit", format_args!("must be between 1 and {LIMIT_MAX}"));
        }
        let cursor = reader.parsed("iterator", |text| parse_cursor(text, parse));
        let order = reader.parsed("order", parse_order);
        Self { limit: limit.unwrap_or(LIMIT_DEFAULT), cursor, order }
    }

    /// Read the three parameters of a list whose cursor is an id.
    pub fn read_id(reader: &mut QueryReader<'_>) -> Self
    where
        K: FromStr,
        K::Err: Display,
    {
        Self::read(reader, K::from_str)
    }

    /// What the store is asked for, in the list's usual order unless the caller named one.
    #[must_use]
    pub fn request(self, order_default: Order) -> PageRequest<K> {
        let (cursor, backwards) = match self.cursor {
            Some(cursor) => (Some(cursor.key), cursor.backwards),
            None => (None, false),
        };
        PageRequest { limit: self.limit, order: self.order.unwrap_or(order_default), cursor, backwards }
    }
}

fn parse_cursor<K, E: Display>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<K, E>,
) -> Result<Cursor<K>, String> {
    let (backwards, key) = match (text.strip_prefix('-'), text.strip_prefix(FORWARD_MARK)) {
        (Some(key), _) => (true, key),
        (None, Some(key)) => (false, key),
        (None, None) => (false, text),
    };
    let key =
        parse(key).map_err(|error| format!("{error}; use the iterator of an earlier answer as it was"))?;
    Ok(Cursor { key, backwards })
}

fn parse_order(text: &str) -> Result<Order, &'static str> {
    match text {
        "ascending" => Ok(Order::Ascending),
        "descending" => Ok(Order::Descending),
        _ => Err("must be ascending or descending"),
    }
}

/// `before` and `after` of a list: strictly inside, both optional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeWindow {
    /// Only rows before this time.
    pub before: Option<Timestamp>,
    /// Only rows after this time.
    pub after: Option<Timestamp>,
}

impl TimeWindow {
    /// Read the two parameters.
    pub fn read(reader: &mut QueryReader<'_>) -> Self {
        Self { before: reader.time("before"), after: reader.time("after") }
    }
}

#[cfg(test)]
mod tests;
