//! Verified requests for axum and tower: an extractor of the exact body, and a layer that lets only proven requests in.
//!
//! A service that receives webhooks without the server uses this. What must stay true: the body is read to a cap and
//! never changed, nothing reaches a handler before its proof, and a refusal tells the sender no more than its code.

mod extract;
mod layer;
mod rejection;
mod verifier;

pub use extract::VerifiedBody;
pub use layer::{Verified, VerifyLayer, VerifyService};
pub use rejection::Rejection;
pub use verifier::{BODY_BYTES_MAX_DEFAULT, Verifier};
