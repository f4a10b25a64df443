//! One request that carries many events: cuts the items of a JSON array out of the body.
//!
//! What must stay true: an item's bytes are the sender's, and the number of items is bounded.

use serde_json::value::RawValue;

use super::rule::{Rule, evaluate};
use crate::json;
use crate::request::Request;
use crate::template::Text;

/// Most items in one body.
pub const SPLIT_ITEMS_MAX: usize = 10_000;

/// How a body is split.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Split {
    /// JSON Pointer of the array; empty if it is the body itself.
    pub at: Text,
    /// The event type of an item, judged with the item as the body.
    #[cfg_attr(feature = "serde", serde(default = "nothing"))]
    pub event_type: Rule,
    /// The key for de-duplication of an item, likewise.
    #[cfg_attr(feature = "serde", serde(default = "nothing"))]
    pub id: Rule,
}

#[cfg(feature = "serde")]
const fn nothing() -> Rule {
    Rule::NOTHING
}

/// One event of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its JSON as sent.
    pub body: Vec<u8>,
    /// Its type, if the rule finds one.
    pub event_type: Option<String>,
    /// Its id, if the rule finds one.
    pub id: Option<String>,
}

/// Why a body is not split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// Not JSON, too large, or nothing at the pointer.
    #[error("the body has no array where the events should be")]
    NoArray,
    /// More than [`SPLIT_ITEMS_MAX`].
    #[error("the body has {found} events; at most {SPLIT_ITEMS_MAX} are taken")]
    TooManyItems {
        /// How many there are.
        found: usize,
    },
}

/// The events of a request, in order.
///
/// # Errors
/// If there is no array, or it is too long.
pub fn split(rule: &Split, request: &Request<'_>) -> Result<Vec<Item>, SplitError> {
    let array = json::raw(request.body, &rule.at).ok_or(SplitError::NoArray)?;
    let items: Vec<&RawValue> = serde_json::from_str(array.get()).map_err(|_| SplitError::NoArray)?;
    if items.len() > SPLIT_ITEMS_MAX {
        return Err(SplitError::TooManyItems { found: items.len() });
    }
    let item = |raw: &RawValue| {
        let request = Request { body: raw.get().as_bytes(), ..*request };
        Item {
            body: request.body.to_vec(),
            event_type: evaluate(&rule.event_type, &request),
            id: evaluate(&rule.id, &request),
        }
    };
    Ok(items.into_iter().map(item).collect())
}
