//! Reads and judges the time of a request.
//!
//! What must stay true: numbers are digits and nothing else (`+1`, ` 1` and `01` are refused), and the limits are
//! inclusive on both sides.

use super::model::{TimeUnit, Timestamp};
use crate::secret::Now;
use crate::verdict::Reason;

/// Most digits of a number of milliseconds in a signed 64 bit number.
const DIGITS_MAX: usize = 19;

impl TimeUnit {
    const fn expectation(self) -> &'static str {
        match self {
            Self::Seconds => "whole seconds since 1970 in decimal digits",
            Self::Milliseconds => "whole milliseconds since 1970 in decimal digits",
            Self::Rfc3339 => "a date and time of RFC 3339",
            Self::HttpDate => "a date of HTTP headers",
        }
    }

    /// Whether a time written so can have this character in it, so that it cannot be split off.
    pub(super) fn has(self, character: char) -> bool {
        match self {
            Self::Seconds | Self::Milliseconds => character.is_ascii_digit(),
            Self::Rfc3339 => character.is_ascii_alphanumeric() || "+-.: ".contains(character),
            Self::HttpDate => character.is_ascii_alphanumeric() || ",: ".contains(character),
        }
    }

    /// Milliseconds since 1970.
    pub(crate) fn parse_ms(self, text: &[u8]) -> Result<i64, Reason> {
        let parsed = match self {
            Self::Seconds => digits(text).and_then(|seconds| seconds.checked_mul(1000)),
            Self::Milliseconds => digits(text),
            Self::Rfc3339 => str::from_utf8(text)
                .ok()
                .and_then(|text| text.parse::<jiff::Timestamp>().ok())
                .map(jiff::Timestamp::as_millisecond),
            Self::HttpDate => str::from_utf8(text)
                .ok()
                .and_then(|text| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok())
                .map(jiff::Timestamp::as_millisecond),
        };
        parsed.ok_or(Reason::TimestampMalformed { expected: self.expectation() })
    }

    /// The text of a moment.
    pub(crate) fn write(self, now: Now) -> Option<String> {
        let timestamp = || jiff::Timestamp::from_millisecond(now.unix_ms).ok();
        match self {
            Self::Seconds => (now.unix_ms >= 0).then(|| now.unix_s().to_string()),
            Self::Milliseconds => (now.unix_ms >= 0).then(|| now.unix_ms.to_string()),
            Self::Rfc3339 => timestamp().map(|timestamp| timestamp.to_string()),
            Self::HttpDate => {
                let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
                timestamp().and_then(|timestamp| printer.timestamp_to_rfc9110_string(&timestamp).ok())
            }
        }
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    let is_number = !text.is_empty() && text.len() <= DIGITS_MAX && text.iter().all(u8::is_ascii_digit);
    let is_canonical = text.len() == 1 || text.first() != Some(&b'0');
    (is_number && is_canonical).then(|| str::from_utf8(text).ok()?.parse().ok()).flatten()
}

/// Refuses a time outside the tolerance.
pub(crate) fn check(timestamp: &Timestamp, signed_ms: i64, now: Now) -> Result<(), Reason> {
    let skew_ms = now.unix_ms.abs_diff(signed_ms);
    let limit = if signed_ms <= now.unix_ms { timestamp.past_s_max } else { timestamp.future_s_max };
    match limit {
        Some(tolerance_s) if skew_ms > tolerance_s.saturating_mul(1000) => Err(if signed_ms < now.unix_ms {
            Reason::TimestampTooOld { skew_ms, tolerance_s }
        } else {
            Reason::TimestampTooNew { skew_ms, tolerance_s }
        }),
        _ => Ok(()),
    }
}
