//! The textual frame of keys and certificates (RFC 7468), read leniently as to white space.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const BEGINNING: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// Label and bytes of the first block of a text.
pub(super) fn first_block(text: &str) -> Option<(&str, Vec<u8>)> {
    next_block(text).map(|(label, bytes, _)| (label, bytes))
}

/// Label and bytes of every block of a text; nothing, if one is broken or there are more than `limit`.
pub(super) fn blocks(mut text: &str, limit: usize) -> Option<Vec<(&str, Vec<u8>)>> {
    let mut found = Vec::new();
    while text.contains(BEGINNING) {
        let (label, bytes, rest) = next_block(text).filter(|_| found.len() < limit)?;
        found.push((label, bytes));
        text = rest;
    }
    Some(found)
}

/// Label and bytes of the first block, and what follows it.
fn next_block(text: &str) -> Option<(&str, Vec<u8>, &str)> {
    let (_, rest) = text.split_once(BEGINNING)?;
    let (label, rest) = rest.split_once(DASHES)?;
    let (encoded, rest) = rest.split_once(END)?;
    let rest = rest.strip_prefix(label)?.strip_prefix(DASHES)?;
    let encoded: String = encoded.split_ascii_whitespace().collect();
    Some((label, STANDARD.decode(encoded).ok()?, rest))
}
