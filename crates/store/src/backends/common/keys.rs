//! Keys that history is searched by, made from what callers choose.

use hooktide_model::Seq;
use sha2::{Digest, Sha256};

/// The key of a publisher's event id: it is unique in its application.
pub(in super::super) fn uid_key(app: Seq, uid: &str) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(b"uid");
    hash.update(app.0.to_be_bytes());
    hash.update(uid.as_bytes());
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    key
}
