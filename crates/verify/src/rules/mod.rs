//! What a verified request is: its event type, its ids, and the events inside it. Pure rules, run after verification.
//!
//! What must stay true: a rule only reads; an event's bytes are cut out of the body, never printed anew.

mod rule;
mod split;

pub use rule::{Rule, VALUE_BYTES_MAX, body_hash, dedupe_key, evaluate};
pub use split::{Item, SPLIT_ITEMS_MAX, Split, SplitError, split};
