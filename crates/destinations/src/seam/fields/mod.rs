//! A kind's configuration as a table: one declaration from which schema, checks and masking derive.
//!
//! Read by the API when an endpoint is written or shown. The table decides shapes and tells every mistake at once; the
//! kind's own check decides what a table cannot, such as fields that exclude each other.

mod check;
mod form;
mod mask;
mod mistake;
mod schema;

pub use check::read;
pub use form::{Field, Form, Need};
pub use mask::{aims, masked, masked_still, secret_fields, with_kept_secrets};
pub use mistake::ConfigMistake;
pub use schema::schema;
