//! What verification found: acceptance, refusal with its reason, or a key that must be fetched first.
//!
//! What must stay true: codes never change, and nothing here carries a secret or the signature that would be right.

mod mistake;
mod reason;
mod refusal;

pub use mistake::Mistake;
pub use reason::Reason;
pub use refusal::{Acceptance, Refusal, SecretMatch, Verdict};

pub(crate) use refusal::Failure;
