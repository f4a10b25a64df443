//! Reading requests: bodies, queries, idempotency keys. Each extractor answers in the API's own error shapes.

pub mod body;
pub mod hops;
pub mod idempotency;
pub mod json;
pub mod page;
pub mod path;
pub mod query;

pub use body::BoundedBody;
pub use hops::Hops;
pub use idempotency::IdempotencyKey;
pub use json::{Json, parse_json};
pub use page::{Cursor, PageParams, TimeWindow};
pub use path::Path;
pub use query::{Query, QueryParams, QueryReader};
