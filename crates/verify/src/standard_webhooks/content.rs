//! The signed text, `id.timestamp.body`, and the grammar of its first two parts (Standard Webhooks 1.0.0).
//!
//! Both signing and verifying build the text here. What must stay true: neither id nor timestamp can contain a dot.
//! With one, the same bytes could be read as another id, time and body, and a captured signature would cover all
//! of these readings.

/// Longest message id in bytes. Ids and uids of the API are at most this long.
pub const MESSAGE_ID_BYTES_MAX: usize = 256;

/// Most digits in a timestamp header: what the largest 64 bit number takes.
const TIMESTAMP_DIGITS_MAX: usize = 20;

/// Why a message id cannot be signed, or a received one is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageIdError {
    /// There is nothing in it.
    #[error("the message id is empty")]
    Empty,
    /// Longer than [`MESSAGE_ID_BYTES_MAX`].
    #[error("the message id has {found_bytes} bytes; at most {MESSAGE_ID_BYTES_MAX} are allowed")]
    TooLong {
        /// Its length in bytes.
        found_bytes: usize,
    },
    /// A dot, which separates the parts of the signed text.
    #[error("the message id has a dot at byte {position}, which separates the parts of the signed text")]
    Dot {
        /// Offset in bytes from the start.
        position: usize,
    },
    /// A space, a control byte, or a byte outside ASCII.
    #[error("the message id has a space, control or non-ASCII byte (0x{byte:02x}) at byte {position}")]
    Byte {
        /// The byte itself.
        byte: u8,
        /// Offset in bytes from the start.
        position: usize,
    },
}

/// Why a timestamp is not whole seconds in plain decimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// There is nothing in it.
    #[error("the timestamp is empty")]
    Empty,
    /// A sign, space, point, letter or other byte that is no decimal digit.
    #[error("the timestamp is not whole seconds in decimal digits")]
    NotDigits,
    /// More digits than a 64 bit number of seconds has, or a larger value.
    #[error("the timestamp is too large for a number of seconds")]
    TooLarge,
}

/// Checks that an id can be part of a signed text: 1 to [`MESSAGE_ID_BYTES_MAX`] printable ASCII bytes, no dot, no
/// space.
///
/// # Errors
/// Names the first byte that is not allowed and its position.
pub fn check_message_id(id: &[u8]) -> Result<(), MessageIdError> {
    if id.is_empty() {
        return Err(MessageIdError::Empty);
    }
    if id.len() > MESSAGE_ID_BYTES_MAX {
        return Err(MessageIdError::TooLong { found_bytes: id.len() });
    }
    match id.iter().position(|byte| !byte.is_ascii_graphic() || *byte == b'.') {
        None => Ok(()),
        Some(position) if id[position] == b'.' => Err(MessageIdError::Dot { position }),
        Some(position) => Err(MessageIdError::Byte { byte: id[position], position }),
    }
}

/// Seconds since the epoch from the header's text. Strict: digits only.
pub(super) fn parse_timestamp(text: &[u8]) -> Result<i64, TimestampError> {
    if text.is_empty() {
        return Err(TimestampError::Empty);
    }
    if !text.iter().all(u8::is_ascii_digit) {
        return Err(TimestampError::NotDigits);
    }
    if text.len() > TIMESTAMP_DIGITS_MAX {
        return Err(TimestampError::TooLarge);
    }
    let digits = str::from_utf8(text).expect("ASCII digits are UTF-8");
    digits.parse().map_err(|_| TimestampError::TooLarge)
}

/// The signed text in parts, so that the body is never copied.
pub(super) fn signed_parts<'a>(id: &'a [u8], timestamp: &'a [u8], body: &'a [u8]) -> [&'a [u8]; 5] {
    [id, b".", timestamp, b".", body]
}
