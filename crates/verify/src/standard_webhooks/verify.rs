//! Verifying: decides whether a request comes from a holder of the key, unchanged and just now.
//!
//! The receiving side and the built-in receiver call this before they believe a byte of a body. What must stay true:
//! a key is only tried on signatures of its own scheme, comparison takes constant time, the work per request is
//! bounded, and the time is the caller's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::content::{check_message_id, parse_timestamp, signed_parts};
use super::headers::{Header, SignatureHeaders};
use super::refusal::Refusal;
use crate::compare::secrets_equal;
use crate::keys::{KeyKind, VerifyingKey, VerifyingMaterial};

/// Seconds that a timestamp may differ from now, either way: what all reference libraries allow.
pub const DEFAULT_TOLERANCE_S: u64 = 300;

/// Most signatures in one header. Rotation needs eleven; more is an attempt to buy guesses or processor time.
pub const SIGNATURES_MAX: usize = 16;

const HMAC_BYTES: usize = 32;
const ED25519_BYTES: usize = 64;

/// What was found out about a request that is to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Position in `keys` of the key that confirmed it.
    pub key_index: usize,
    /// The scheme of that key.
    pub kind: KeyKind,
    /// When it was signed, in seconds since the epoch.
    pub timestamp_s: i64,
    /// Seconds from signing to now; negative if the sender's clock is ahead.
    pub skew_s: i64,
}

/// Verifies one request against every key, in the order given. `now_s` is seconds since the epoch, `tolerance_s` how
/// far the timestamp may be from it, inclusive ([`DEFAULT_TOLERANCE_S`]).
///
/// Replays within the tolerance are told apart by the id, which the caller must remember.
///
/// # Errors
/// The first reason not to believe the request.
pub fn verify(
    keys: &[VerifyingKey],
    headers: &SignatureHeaders<'_>,
    body: &[u8],
    now_s: i64,
    tolerance_s: u64,
) -> Result<Verdict, Refusal> {
    if keys.is_empty() {
        return Err(Refusal::NoKeys);
    }
    let id = required(headers.id, Header::Id)?;
    let timestamp = required(headers.timestamp, Header::Timestamp)?;
    let signature = required(headers.signature, Header::Signature)?;

    check_message_id(id).map_err(Refusal::MessageIdMalformed)?;
    let timestamp_s = parse_timestamp(timestamp).map_err(Refusal::TimestampMalformed)?;
    check_age(timestamp_s, now_s, tolerance_s)?;

    let candidates = Candidates::parse(signature)?;
    // The timestamp is signed as it was written, so that no second spelling of a number verifies.
    let parts = signed_parts(id, timestamp, body);
    let key_index = candidates.find_match(keys, &parts)?;
    let kind = keys[key_index].kind();
    Ok(Verdict { key_index, kind, timestamp_s, skew_s: now_s.saturating_sub(timestamp_s) })
}

fn required(value: Option<&[u8]>, header: Header) -> Result<&[u8], Refusal> {
    value.ok_or(Refusal::HeaderMissing { header })
}

fn check_age(timestamp_s: i64, now_s: i64, tolerance_s: u64) -> Result<(), Refusal> {
    let skew_s = now_s.abs_diff(timestamp_s);
    if skew_s <= tolerance_s {
        return Ok(());
    }
    if timestamp_s < now_s {
        return Err(Refusal::TimestampTooOld { skew_s, tolerance_s });
    }
    Err(Refusal::TimestampTooNew { skew_s, tolerance_s })
}

/// The entries of a signature header that some key could confirm.
#[derive(Default)]
struct Candidates {
    /// Entries labelled `v1`, whether or not they decode.
    hmac_entries: usize,
    hmac: Vec<[u8; HMAC_BYTES]>,
    /// Entries labelled `v1a`, whether or not they decode.
    ed25519_entries: usize,
    ed25519: Vec<[u8; ED25519_BYTES]>,
}

impl Candidates {
    fn parse(header: &[u8]) -> Result<Self, Refusal> {
        let mut candidates = Self::default();
        let mut entries = 0_usize;
        for entry in header.split(|byte| *byte == b' ') {
            let Some(comma) = entry.iter().position(|byte| *byte == b',') else {
                continue;
            };
            entries += 1;
            candidates.add(&entry[..comma], &entry[comma + 1..]);
            if candidates.hmac_entries + candidates.ed25519_entries > SIGNATURES_MAX {
                return Err(Refusal::TooManySignatures);
            }
        }
        if entries == 0 {
            return Err(Refusal::SignatureMalformed);
        }
        Ok(candidates)
    }

    /// Unknown labels are skipped: the standard lets senders add schemes.
    fn add(&mut self, label: &[u8], encoded: &[u8]) {
        if label == KeyKind::Hmac256.label().as_bytes() {
            self.hmac_entries += 1;
            self.hmac.extend(decode(encoded));
        } else if label == KeyKind::Ed25519.label().as_bytes() {
            self.ed25519_entries += 1;
            self.ed25519.extend(decode(encoded));
        }
    }

    /// The position of the first key that confirms an entry.
    fn find_match(&self, keys: &[VerifyingKey], parts: &[&[u8]]) -> Result<usize, Refusal> {
        if let Some(position) = keys.iter().position(|key| self.confirmed_by(key, parts)) {
            return Ok(position);
        }
        let held = |kind| keys.iter().any(|key| key.kind() == kind);
        let hmac = if held(KeyKind::Hmac256) { self.hmac_entries } else { 0 };
        let ed25519 = if held(KeyKind::Ed25519) { self.ed25519_entries } else { 0 };
        match hmac + ed25519 {
            0 => Err(Refusal::SchemeMismatch),
            candidates => Err(Refusal::NoSignatureMatched { candidates }),
        }
    }

    fn confirmed_by(&self, key: &VerifyingKey, parts: &[&[u8]]) -> bool {
        match key.material() {
            VerifyingMaterial::Hmac256(_) if self.hmac.is_empty() => false,
            VerifyingMaterial::Hmac256(key) => {
                let expected = key.mac(parts);
                self.hmac.iter().any(|candidate| secrets_equal(candidate, &expected))
            }
            VerifyingMaterial::Ed25519(_) if self.ed25519.is_empty() => false,
            VerifyingMaterial::Ed25519(key) => {
                let content = parts.concat();
                self.ed25519.iter().any(|candidate| ed25519_matches(key, &content, candidate))
            }
        }
    }
}

/// Strict verification: a signature has one encoding only, and keys of small order confirm nothing.
fn ed25519_matches(
    key: &ed25519_dalek::VerifyingKey,
    content: &[u8],
    signature: &[u8; ED25519_BYTES],
) -> bool {
    key.verify_strict(content, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
}

/// The signature's bytes, if the text is base64 of exactly that many.
fn decode<const BYTES: usize>(encoded: &[u8]) -> Option<[u8; BYTES]> {
    // Room for one more group than the longest signature needs; anything longer cannot be a signature.
    let mut buffer = [0_u8; ED25519_BYTES + 3];
    let written = STANDARD.decode_slice(encoded, &mut buffer).ok()?;
    buffer[..written].try_into().ok()
}
