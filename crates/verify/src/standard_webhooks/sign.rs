//! Signing: writes the signature header of one delivery attempt.
//!
//! The pipeline calls this for every attempt, so it is the hot path: no allocation besides what `out` needs, and no
//! re-keying. What must stay true: the bytes signed are the bytes sent, and a header that verifiers would refuse
//! is never written.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::ed25519::signature::MultipartSigner;

use super::content::{MessageIdError, check_message_id, signed_parts};
use super::verify::SIGNATURES_MAX;
use crate::keys::{SigningKey, SigningMaterial};

/// Bytes of the longest `i64` in decimal.
const TIMESTAMP_BYTES_MAX: usize = 20;

/// Bytes of an Ed25519 signature in base64; an HMAC takes half of it.
const ENCODED_BYTES_MAX: usize = 88;

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The id cannot be part of a signed text.
    #[error(transparent)]
    MessageId(#[from] MessageIdError),
    /// A time before 1970, which no verifier reads.
    #[error("the timestamp is before 1970")]
    TimestampNegative,
    /// No key was given.
    #[error("there is no key to sign with")]
    NoKeys,
    /// More keys than verifiers try signatures.
    #[error("there are {found} keys to sign with; verifiers try at most {SIGNATURES_MAX} signatures")]
    TooManyKeys {
        /// How many were given.
        found: usize,
    },
}

/// Appends the value of `webhook-signature` to `out`: one `label,base64` per key, space separated, in the order of
/// `keys` (give the newest first). `timestamp_s` is seconds since the epoch and goes into `webhook-timestamp` as it is.
///
/// # Errors
/// If id, time or number of keys would give a header that verifiers refuse. Nothing is appended then.
pub fn sign_header(
    keys: &[SigningKey],
    id: &str,
    timestamp_s: i64,
    body: &[u8],
    out: &mut String,
) -> Result<(), SignError> {
    check_message_id(id.as_bytes())?;
    check_keys(keys)?;
    let mut buffer = [0_u8; TIMESTAMP_BYTES_MAX];
    let timestamp = write_timestamp(timestamp_s, &mut buffer)?;
    let parts = signed_parts(id.as_bytes(), timestamp, body);
    for (position, key) in keys.iter().enumerate() {
        if position > 0 {
            out.push(' ');
        }
        append_signature(key, &parts, out);
    }
    Ok(())
}

/// The value of `webhook-signature` as a new string; see [`sign_header`].
///
/// # Errors
/// As for [`sign_header`].
pub fn sign(keys: &[SigningKey], id: &str, timestamp_s: i64, body: &[u8]) -> Result<String, SignError> {
    let mut out = String::new();
    sign_header(keys, id, timestamp_s, body, &mut out)?;
    Ok(out)
}

fn check_keys(keys: &[SigningKey]) -> Result<(), SignError> {
    match keys.len() {
        0 => Err(SignError::NoKeys),
        found if found > SIGNATURES_MAX => Err(SignError::TooManyKeys { found }),
        _ => Ok(()),
    }
}

fn write_timestamp(timestamp_s: i64, buffer: &mut [u8; TIMESTAMP_BYTES_MAX]) -> Result<&[u8], SignError> {
    if timestamp_s < 0 {
        return Err(SignError::TimestampNegative);
    }
    let mut free = &mut buffer[..];
    write!(free, "{timestamp_s}").expect("the buffer holds any 64 bit number");
    let written = TIMESTAMP_BYTES_MAX - free.len();
    Ok(&buffer[..written])
}

fn append_signature(key: &SigningKey, parts: &[&[u8]], out: &mut String) {
    out.push_str(key.kind().label());
    out.push(',');
    match key.material() {
        SigningMaterial::Hmac256(key) => append_base64(&key.mac(parts), out),
        SigningMaterial::Ed25519(key) => append_base64(&key.multipart_sign(parts).to_bytes(), out),
    }
}

fn append_base64(signature: &[u8], out: &mut String) {
    let mut buffer = [0_u8; ENCODED_BYTES_MAX];
    let written =
        STANDARD.encode_slice(signature, &mut buffer).expect("the buffer holds an encoded signature");
    out.push_str(str::from_utf8(&buffer[..written]).expect("base64 is ASCII"));
}
