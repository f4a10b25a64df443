//! Columns that hold JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;
use crate::backends::common::Damaged;

/// A JSON column's text.
pub(in crate::backends) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings in lists and maps always serialise")
}

/// The value of JSON text that stood in `column`.
pub(in crate::backends) fn parse_json<T: DeserializeOwned>(
    text: &[u8],
    column: &'static str,
) -> Result<T, StoreError> {
    // The parser's error may quote the text, which may be secret: its place is enough.
    let damaged = |error: serde_json::Error| Damaged {
        column,
        detail: format!("not the expected JSON at byte {}", error.column()),
    };
    Ok(serde_json::from_slice(text).map_err(damaged)?)
}
