//! HTTP message signatures (RFC 9421) with content digests (RFC 9530), for senders that speak them.
//!
//! What must stay true: the scheme says what must be signed and how; a signature over less is refused, and a part that
//! is not understood refuses the signature that names it.

mod base;
mod digest;
mod fields;
mod judge;
mod model;
mod write;

pub use model::{HttpSignatureAlgorithm, HttpSignatures};

pub(crate) use judge::judge;
pub(crate) use write::write;
