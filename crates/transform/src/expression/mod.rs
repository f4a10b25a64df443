//! Expressions of the Common Expression Language: the expert form of a filter.
//!
//! A filter holds one at `$cel`. It sees `body` (parsed), `headers` (names in lower case, repeated values joined by
//! `, `), `query` (the first value of each), `path` and `event_type` (`null` if there is none). It holds only if its
//! result is `true`; any other result, and any error such as a field that is not there, is a no with its reason.
//! `has(body.field)` asks for presence. There are no patterns (`matches`), no times and no `map`: a filter builds
//! nothing, and what cannot be built cannot fill the memory.
//!
//! What must stay true: an expression that was accepted evaluates within [`EXPRESSION_WORK_MAX`]; a panic of the
//! library becomes an error; no text of an error carries a value of the webhook.

mod check;
mod compile;
mod evaluate;
mod variables;

#[cfg(test)]
mod tests;

pub use check::{ADDITIONS_MAX, LOOPS_NESTED_MAX};
pub use compile::{EXPRESSION_BYTES_MAX, EXPRESSION_DEPTH_MAX, Expression, ExpressionError};
pub use evaluate::{EXPRESSION_BODY_BYTES_MAX, EXPRESSION_WORK_MAX};
