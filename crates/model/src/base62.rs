//! Base62 of exactly 20 bytes: the 27 characters of a public id.
//!
//! Called twice or more for every publish, so it works on whole words: five digits at a time, each step a division
//! by a constant. The library for such ids divides digit by digit in floating point logarithms and took 5 % of the
//! server's time; it remains the reference in the tests. What must stay true: each value has exactly one text.

/// Bytes of a value.
pub(crate) const BYTES: usize = 20;
/// Characters of a text.
pub(crate) const CHARS: usize = 27;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const WORDS: usize = BYTES / 4;
/// Digits taken by one division.
const STEP: usize = 5;
/// 62 to the power of [`STEP`], which fits a word.
const STEP_VALUE: u64 = 62 * 62 * 62 * 62 * 62;

/// The text of a value, most significant digit first, padded with `0`.
pub(crate) fn encode(bytes: &[u8; BYTES]) -> [u8; CHARS] {
    let mut words = [0_u32; WORDS];
    for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(4)) {
        *word = u32::from_be_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
    }
    let mut text = [b'0'; CHARS];
    for digits in text.rchunks_mut(STEP) {
        let mut rest = divide(&mut words);
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[(rest % 62) as usize];
            rest /= 62;
        }
    }
    text
}

/// The value of a text. `None`: not 27 digits, or more than 20 bytes hold.
pub(crate) fn decode(text: &str) -> Option<[u8; BYTES]> {
    let text: &[u8; CHARS] = text.as_bytes().try_into().ok()?;
    let mut words = [0_u32; WORDS];
    let (head, rest) = text.split_at(CHARS % STEP);
    for digits in std::iter::once(head).chain(rest.chunks_exact(STEP)) {
        let mut value = 0;
        let mut factor = 1;
        for digit in digits {
            value = value * 62 + u64::from(value_of(*digit)?);
            factor *= 62;
        }
        multiply_add(&mut words, factor, value)?;
    }
    let mut bytes = [0; BYTES];
    for (chunk, word) in bytes.chunks_exact_mut(4).zip(words) {
        chunk.copy_from_slice(&word.to_be_bytes());
    }
    Some(bytes)
}

/// Divide by [`STEP_VALUE`] in place; returns the remainder.
fn divide(words: &mut [u32; WORDS]) -> u64 {
    let mut rest = 0;
    for word in words {
        let part = rest << 32 | u64::from(*word);
        *word = low_word(part / STEP_VALUE);
        rest = part % STEP_VALUE;
    }
    rest
}

/// `words = words * factor + value`; `None` on overflow.
fn multiply_add(words: &mut [u32; WORDS], factor: u64, value: u64) -> Option<()> {
    let mut carry = value;
    for word in words.iter_mut().rev() {
        carry += u64::from(*word) * factor;
        *word = low_word(carry);
        carry >>= 32;
    }
    (carry == 0).then_some(())
}

#[expect(clippy::cast_possible_truncation, reason = "the low word is what is asked for")]
const fn low_word(value: u64) -> u32 {
    value as u32
}

const fn value_of(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'Z' => Some(digit - b'A' + 10),
        b'a'..=b'z' => Some(digit - b'a' + 36),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
