//! `Content-Digest` (RFC 9530): what ties a signature over headers to the body.
//!
//! What must stay true: every digest of a known algorithm must be right, and there must be one.

use super::fields::members;
use crate::compare::secrets_equal;
use crate::template::{Encoding, Hash, plain};
use crate::verdict::Reason;

pub(super) fn check(field: &str, body: &[u8]) -> Result<(), Reason> {
    let mismatch = || Reason::family("body_hash_mismatch", "Content-Digest is not the digest of the body");
    let mut known = 0;
    for (label, text) in members(field)? {
        let hash = match label {
            "sha-256" => Hash::Sha256,
            "sha-512" => Hash::Sha512,
            _ => continue,
        };
        let expected = format!(":{}:", Encoding::Base64.encode(&plain(hash, &[body])));
        if !secrets_equal(expected.as_bytes(), text.as_bytes()) {
            return Err(mismatch());
        }
        known += 1;
    }
    if known == 0 {
        return Err(Reason::family("body_hash_missing", "Content-Digest has neither sha-256 nor sha-512"));
    }
    Ok(())
}

pub(super) fn write(body: &[u8]) -> String {
    format!("sha-256=:{}:", Encoding::Base64.encode(&plain(Hash::Sha256, &[body])))
}
