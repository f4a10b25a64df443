//! Filters of JSON operators: does a webhook pass, and which clause decided?
//!
//! Saved with an endpoint, evaluated for each of its messages. What must stay true: a filter that was accepted
//! evaluates in bounded time over any webhook, and [`Filter::matches`] and [`Filter::explain`] always agree.
//!
//! # Shape
//!
//! An object whose keys are `body`, `headers`, `query`, `path`, `event_type`; all that are given must hold. `{}` passes
//! everything. `$and`, `$or` (lists) and `$not` may stand at every level. `$cel` (an expression) stands at the top.
//!
//! Inside `body`, the keys of an object name fields and the innermost value says what is wanted there:
//!
//! | Written | Holds if the value there |
//! |---|---|
//! | `"text"`, `5`, `true`, `null` | equals it, or is a list with an element that does |
//! | `["a", "b"]` | is a list, and for each of these some element fits |
//! | `{ "field": … }` | is an object whose fields fit, or a list with one element whose fields all fit |
//! | `{ "$eq": x }` | equals x: the whole list, the whole object; `1` equals `1.0` |
//! | `{ "$ne": x }`, `{ "$neq": x }` | is there and differs from x |
//! | `{ "$gt": x }`, `$gte`, `$lt`, `$lte` | is a number as x is, or a text as x is (by code point), in that order |
//! | `{ "$in": [..] }`, `{ "$nin": [..] }` | is there and equals one, or none, of these |
//! | `{ "$contains": x }` | is a text with x in it, or a list with an element equal to x |
//! | `{ "$startsWith": x }`, `{ "$endsWith": x }` | is a text that does |
//! | `{ "$exist": true }`, `{ "$exist": false }` | is there (`null` is), or is not |
//!
//! Several operators in one object must all hold. Instead of x, `{ "$ref": "body.field" }` takes the value from the
//! webhook (`body.list[0].id`, `headers.x-id`, `path`; a key with a dot or bracket: `["body", "a.b"]`). A field whose
//! name starts with `$` cannot be named; compare the object around it with `$eq`, or use `$cel`.
//!
//! # What is missing, null, a list or of another type
//!
//! | Operator | missing | `null` | list | other type |
//! |---|---|---|---|---|
//! | plain value | no | only if `null` is wanted | one element equals | no |
//! | `$eq` | no | only if `null` is wanted | only the same list | no |
//! | `$ne` | **no** | yes, unless `null` is wanted | yes, unless the same list | yes |
//! | `$gt` `$gte` `$lt` `$lte` | no | no | no | no |
//! | `$in` | no | only if listed | only if listed | no |
//! | `$nin` | **no** | yes, unless listed | yes, unless listed | yes |
//! | `$contains` | no | no | one element equals | no |
//! | `$startsWith` `$endsWith` | no | no | no | no |
//! | `$exist: true` | no | yes | yes | yes |
//! | `$exist: false` | yes | no | no | no |
//! | `$not` | the opposite of what is inside, also for a missing value | | | |
//!
//! So `{ "$ne": "x" }` wants a value that differs, and `{ "$not": { "$eq": "x" } }` accepts none as well. If the body is
//! no JSON, every clause below `body` says no (`$not` turns that around too). Reaching one of the limits says no, and
//! no `$not` turns that around. A header or parameter that comes more than once holds if one of its values does.

mod clause;
mod decision;
mod evaluate;
mod excerpt;
mod explain;
mod parse;
mod reference;
mod values;

#[cfg(test)]
mod tests;

pub use clause::Filter;
pub use decision::Decision;
pub use evaluate::STEPS_MAX;
pub use excerpt::EXCERPT_CHARS_MAX;
pub use parse::{CLAUSES_MAX, DEPTH_MAX, FILTER_BYTES_MAX, LIST_ITEMS_MAX, MISTAKES_MAX, Mistake, Mistakes};
