//! A point in wall-clock time, in whole milliseconds since the Unix epoch.
//!
//! Used for everything that is stored or shown. Waiting is measured with a monotonic clock elsewhere.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds since the Unix epoch. Shown as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The latest time that can be written as RFC 3339 with four year digits: 9999-12-31T23:59:59.999Z.
const UNIX_MS_MAX: i64 = 253_402_300_799_999;

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);
    /// The end of representable time.
    pub const MAX: Self = Self(UNIX_MS_MAX);

    /// From milliseconds since the epoch, clamped to years 1970 to 9999.
    #[must_use]
    pub const fn from_unix_ms(unix_ms: i64) -> Self {
        if unix_ms < 0 {
            Self(0)
        } else if unix_ms > UNIX_MS_MAX {
            Self(UNIX_MS_MAX)
        } else {
            Self(unix_ms)
        }
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down: what a signature carries.
    #[must_use]
    pub const fn unix_s(self) -> i64 {
        self.0 / 1000
    }

    /// This time plus a span, clamped to the representable range.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let span_ms = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_ms(self.0.saturating_add(span_ms))
    }

    /// This time less a span, clamped to the representable range.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let span_ms = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_ms(self.0.saturating_sub(span_ms))
    }

    /// The span from `earlier` to this time; zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Parse RFC 3339 (`2026-11-20T10:00:00Z`, any offset, any fraction).
    ///
    /// # Errors
    /// When the text is not an RFC 3339 time.
    pub fn parse(text: &str) -> Result<Self, NotATime> {
        let parsed: jiff::Timestamp = text.trim().parse().map_err(|_| NotATime)?;
        Ok(Self::from_unix_ms(parsed.as_millisecond()))
    }
}

/// The text is not an RFC 3339 time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time such as 2026-11-20T10:00:00Z")]
pub struct NotATime;

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time:.3}"),
            Err(_) => f.write_str("9999-12-31T23:59:59.999Z"),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
