//! The one place where test support reads the time of day; signatures are checked against it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since the epoch, by the system clock.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "black-box tests share the server's real clock")]
pub fn unix_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970");
    i64::try_from(since.as_secs()).expect("seconds fit for ages to come")
}
