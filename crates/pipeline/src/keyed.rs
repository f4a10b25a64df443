//! Idempotency keys that follow from others.

use hooktide_model::Seq;
use hooktide_store::Idempotency;
use sha2::{Digest, Sha256};

/// The key of one part of a call with a key, such as one message's resend: the whole may be done again, and each part
/// happens once.
pub(crate) fn part_of(whole: Idempotency, part: Seq) -> Idempotency {
    let mut hash = Sha256::new_with_prefix(whole.key);
    hash.update(part.0.to_be_bytes());
    Idempotency { key: first_half(&hash.finalize()), ..whole }
}

/// As much of a hash as a key has.
pub(crate) fn first_half(hash: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}
