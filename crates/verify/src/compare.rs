//! The one place where secrets are compared: tokens, digests, shared secrets.
//!
//! Called by verifiers here and by every crate that checks a secret a caller sent. What must stay true: the time taken
//! depends on the lengths alone, never on where the first difference is.

use subtle::ConstantTimeEq;

/// Whether two secrets are the same bytes, in time that depends only on their lengths.
///
/// Secrets of different length are unequal at once: the length is not treated as a secret.
#[must_use]
pub fn secrets_equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}
