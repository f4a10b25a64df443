//! The textual frame of keys and certificates (RFC 7468), read leniently as to white space.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BEGINNING: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// Label and bytes of the first block of a text.
pub(super) fn first_block(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, rest) = text.split_once(BEGINNING)?;
    let (label, rest) = rest.split_once(DASHES)?;
    let (encoded, rest) = rest.split_once(END)?;
    rest.strip_prefix(label)?.strip_prefix(DASHES)?;
    let encoded: String = encoded.split_ascii_whitespace().collect();
    Some((label, STANDARD.decode(encoded).ok()?))
}
