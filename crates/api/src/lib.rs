//! The REST API: routes, extractors, errors, OpenAPI. Wire-compatible with Svix, without its bugs.
//!
//! [`service`] is the whole HTTP service over an [`ApiState`]. A request goes through `auth` (who calls), `extract`
//! (what was sent), `wire` (the rules), then to the store or the pipeline, and back through `wire` and `error`.

mod app;
pub mod auth;
mod change;
mod delivered;
pub mod error;
pub mod extract;
mod idempotency;
mod openapi;
mod operations;
mod peer;
mod refs;
mod respond;
mod routes;
mod state;
mod store_errors;
pub mod validate;
pub mod wire;

pub use app::{ApiService, service};
pub use auth::{TokenKeys, mint_org_token};
pub use error::ApiError;
pub use openapi::openapi_json;
pub use peer::Peer;
pub use state::{ApiLimits, ApiParts, ApiState, RandomFill, ReceiveOptions, RenderMetrics};
