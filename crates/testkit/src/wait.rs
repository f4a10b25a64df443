//! The one place where test support polls: everything that cannot be waited for by notification comes through here.

use std::time::Duration;

use tokio::time::Instant;

/// Longest that a test waits for something that should happen at once. Generous, because test machines are busy.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Time between two looks at the observed state.
const INTERVAL: Duration = Duration::from_millis(10);

/// Looks until `probe` finds a value, at most for [`DEADLINE`].
///
/// # Panics
/// When the deadline passes, naming `what` was awaited.
pub async fn wait_until<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    wait_until_within(what, DEADLINE, probe).await
}

/// As [`wait_until`] with a deadline of the caller's.
///
/// # Panics
/// As `wait_until`.
pub async fn wait_until_within<T>(
    what: &str,
    limit: Duration,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(started.elapsed() < limit, "waited {limit:?} in vain for: {what}");
        tokio::time::sleep(INTERVAL).await;
    }
}
