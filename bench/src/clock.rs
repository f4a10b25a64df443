//! The one place where the benchmark reads clocks and waits. Every latency is a difference of two readings taken in
//! this process, so no two clocks are ever compared.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

static START: LazyLock<tokio::time::Instant> = LazyLock::new(tokio::time::Instant::now);

/// Monotonic nanoseconds since the process first asked.
pub(crate) fn now_ns() -> u64 {
    u64::try_from(START.elapsed().as_nanos()).expect("a run is shorter than 500 years")
}

/// The instant at which [`now_ns`] reads `at_ns`, for timers.
pub(crate) fn instant_at(at_ns: u64) -> tokio::time::Instant {
    *START + Duration::from_nanos(at_ns)
}

/// Seconds since the epoch, for the relays' signatures.
#[expect(
    clippy::disallowed_methods,
    reason = "a relay signs with the time of day and has no tests that move it"
)]
pub(crate) fn unix_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).expect("seconds fit for ages to come")
}

/// Blocks this thread.
#[expect(clippy::disallowed_methods, reason = "a benchmark watches another process, which sends no signal")]
pub(crate) fn pause(span: Duration) {
    std::thread::sleep(span);
}

/// Looks every `interval` until `probe` finds something or `limit` has passed.
pub(crate) fn poll<T>(
    interval: Duration,
    limit: Duration,
    mut probe: impl FnMut() -> Option<T>,
) -> Option<T> {
    let deadline_ns = now_ns() + u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX / 2);
    loop {
        if let Some(found) = probe() {
            return Some(found);
        }
        if now_ns() > deadline_ns {
            return None;
        }
        pause(interval);
    }
}
