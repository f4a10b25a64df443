//! Reads a receiver's `Retry-After` header (RFC 9110 section 10.2.3).
//!
//! Called by the pipeline when a delivery failed. The bytes are hostile: whatever they hold, the answer is a bounded
//! wait or none, never a panic.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;

/// Longest wait that a receiver can ask for.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Longest header value in bytes that is read at all; a date takes 29.
pub const RETRY_AFTER_BYTES_MAX: usize = 128;

/// How long the receiver asks us to wait, at most [`RETRY_AFTER_MAX`]; a date in the past is no wait.
///
/// Accepts whole seconds, decimal seconds (rounded up) and the three date forms of HTTP; `now_unix_s` is the wall
/// clock. Anything else is `None`, as if the header were absent.
#[must_use]
pub fn parse_retry_after(value: &[u8], now_unix_s: i64) -> Option<Duration> {
    if value.len() > RETRY_AFTER_BYTES_MAX {
        return None;
    }
    let text = str::from_utf8(value).ok()?.trim();
    let seconds = parse_seconds(text).or_else(|| parse_date(text).map(|at| seconds_until(at, now_unix_s)))?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

/// Digits, optionally a point and more digits. No sign, exponent, `inf` or `nan`.
fn parse_seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    // Only a number too large for the type can fail here, and that is longer than any wait.
    let whole = whole.parse::<u64>().unwrap_or(u64::MAX);
    let has_fraction = fraction.bytes().any(|digit| digit != b'0');
    Some(whole.saturating_add(u64::from(has_fraction)))
}

fn parse_date(text: &str) -> Option<i64> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    let at = PARSER.parse_timestamp(text).ok().or_else(|| parse_obsolete_date(text))?;
    Some(at.as_second())
}

/// The two old forms of HTTP dates, both in UTC: RFC 850 and C's `asctime`.
fn parse_obsolete_date(text: &str) -> Option<Timestamp> {
    let rfc_850 = || DateTime::strptime("%A, %d-%b-%y %H:%M:%S GMT", text);
    let asctime = || DateTime::strptime("%a %b %e %H:%M:%S %Y", text);
    let civil = rfc_850().or_else(|_| asctime()).ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn seconds_until(at: i64, now: i64) -> u64 {
    u64::try_from(at.saturating_sub(now)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
