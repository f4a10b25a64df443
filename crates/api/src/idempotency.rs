//! Binding a caller's idempotency key to organisation, operation and request.
//!
//! The key's hash says "the same call", the request's hash says "with the same content"; the store keeps both with
//! the row that the call made.

use hooktide_model::OrgId;
use hooktide_store::Idempotency;
use sha2::{Digest, Sha256};

use crate::extract::IdempotencyKey;

/// The key of a call, if the caller sent one. `object` is what `operation` is done to: an id's bytes, or nothing.
#[must_use]
pub(crate) fn bind(
    key: &IdempotencyKey,
    org: &OrgId,
    operation: &str,
    object: &[u8],
    request: &[u8],
) -> Option<Idempotency> {
    let key = key.0.as_deref()?;
    let mut hash = Sha256::new();
    // Only `object` can hold a zero byte, and its length follows from the operation: parts cannot run together.
    for part in [org.as_str().as_bytes(), operation.as_bytes(), object, key.as_bytes()] {
        hash.update(part);
        hash.update([0]);
    }
    Some(Idempotency { key: half(hash), request: half(Sha256::new_with_prefix(request)) })
}

fn half(hash: Sha256) -> [u8; 16] {
    let whole = hash.finalize();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

#[cfg(test)]
mod tests;
