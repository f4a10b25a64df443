//! What is published: 1 KiB of JSON that carries the time it was due, so that the receiver can tell how long it took.
//!
//! The bodies come from a small pool of pseudo-random documents: repeating one document would flatter compression,
//! making each one anew would load the cores that the server under test needs.

use bytes::{Bytes, BytesMut};

/// Bytes of one payload.
pub(crate) const PAYLOAD_BYTES: usize = 1024;

const POOL: usize = 64;
const STAMP_DIGITS: usize = 16;
const HEAD: &[u8] = br#"{"at":"#;
/// Added to every stamp so that all have the same number of digits: a JSON number must not begin with zeros.
const STAMP_BASE_NS: u64 = 1_000_000_000_000_000;

/// The documents that are published in turn.
#[derive(Debug)]
pub(crate) struct Payloads(Vec<Vec<u8>>);

impl Payloads {
    pub(crate) fn new() -> Self {
        let mut state = 0x9E37_79B9_7F4A_7C15;
        Self((0..POOL).map(|_| document(&mut state)).collect())
    }

    /// The body of a publish call: `prefix`, the payload stamped with `due_ns`, and the closing brace.
    pub(crate) fn body(&self, prefix: &[u8], number: u64, due_ns: u64) -> Bytes {
        let position = usize::try_from(number % POOL as u64).expect("smaller than the pool");
        let document = &self.0[position];
        let mut body = BytesMut::with_capacity(prefix.len() + document.len() + 1);
        body.extend_from_slice(prefix);
        let stamp_at = body.len() + HEAD.len();
        body.extend_from_slice(document);
        body.extend_from_slice(b"}");
        write_stamp(&mut body[stamp_at..stamp_at + STAMP_DIGITS], due_ns);
        body.freeze()
    }
}

/// When the payload that begins with `head` was due, in nanoseconds of [`crate::clock::now_ns`].
pub(crate) fn stamp_ns(head: &[u8]) -> Option<u64> {
    let digits = head.strip_prefix(HEAD)?.get(..STAMP_DIGITS)?;
    str::from_utf8(digits).ok()?.parse::<u64>().ok()?.checked_sub(STAMP_BASE_NS)
}

fn write_stamp(place: &mut [u8], due_ns: u64) {
    let mut rest = STAMP_BASE_NS + due_ns;
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).expect("one digit");
        rest /= 10;
    }
}

/// An invoice-like document of exactly [`PAYLOAD_BYTES`], without white space, so that no server may shorten it.
fn document(state: &mut u64) -> Vec<u8> {
    let mut text = format!(r#"{{"at":{STAMP_BASE_NS},"type":"invoice.paid","lines":["#);
    let mut first = true;
    while text.len() < PAYLOAD_BYTES - 140 {
        let comma = if first { "" } else { "," };
        first = false;
        let (id, amount) = (next(state), next(state) % 100_000);
        text.push_str(&format!(
            r#"{comma}{{"id":"line_{id:016x}","amount":{amount},"currency":"EUR","paid":true}}"#
        ));
    }
    text.push_str(r#"],"note":""#);
    while text.len() < PAYLOAD_BYTES - 2 {
        let letter = u8::try_from(next(state) % 26).expect("fewer than 26") + b'a';
        text.push(char::from(letter));
    }
    text.push_str(r#""}"#);
    text.into_bytes()
}

/// Xorshift: the same documents in every run.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[cfg(test)]
mod tests;
