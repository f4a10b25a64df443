//! What the backends share of configuration: rows as values, sealed columns, keyset pages.
//!
//! A change here is a change of what every backend stores. What must stay true: secrets, headers, destinations,
//! scripts, tokens and feeds leave here sealed, each bound to its table, row and column.

mod columns;
mod context;
mod endpoint_columns;
mod pages;
mod sealed;

pub(in crate::backends) use columns::{parse_json, to_json};
pub(in crate::backends) use context::{ClockRef, Context, IDEMPOTENCY_ROWS_MAX, Kind, stale_or_missing};
pub(in crate::backends) use endpoint_columns::{EndpointColumns, labels};
pub(in crate::backends) use pages::{Walk, rows_to_read};
pub(in crate::backends) use sealed::{
    ID_KEY, ID_KEY_BYTES, ID_KEY_PLACE, OpenedSource, open_destination, open_headers, open_id_key,
    open_secret, open_source, open_transformation, seal_id_key, seal_secret, seal_source,
};
