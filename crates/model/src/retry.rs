//! When to try again: a schedule of delays, with jitter and the endpoint's own wish.

use std::time::Duration;

/// Tries of one delivery at most, whatever the schedule.
pub const TRIES_MAX: usize = 100;

/// A `Retry-After` is honoured up to this.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Delays after each failed try. Empty: one try only.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrySchedule {
    delays: Vec<Duration>,
    /// Each delay is multiplied by a factor in `1 - jitter ..= 1 + jitter`.
    jitter: f64,
}

impl RetrySchedule {
    /// A schedule from its delays and a jitter between 0 and 1; cut at [`TRIES_MAX`].
    #[must_use]
    pub fn new(mut delays: Vec<Duration>, jitter: f64) -> Self {
        delays.truncate(TRIES_MAX - 1);
        Self { delays, jitter: jitter.clamp(0.0, 1.0) }
    }

    /// The Standard Webhooks schedule: 10 tries over 75 hours, ±20 %.
    #[must_use]
    pub fn standard() -> Self {
        const DELAYS_S: [u64; 9] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
        Self::new(DELAYS_S.into_iter().map(Duration::from_secs).collect(), 0.2)
    }

    /// Tries in all, the first one included.
    #[must_use]
    pub fn tries(&self) -> usize {
        self.delays.len() + 1
    }

    /// The delay after failed try number `failed` (from 1), or `None` when it was the last.
    ///
    /// `unit` is a random number in `0.0 ..= 1.0`. An endpoint that asked to wait longer is waited for, up to
    /// [`RETRY_AFTER_MAX`]; the wish never shortens the schedule.
    #[must_use]
    pub fn delay_after(&self, failed: u16, retry_after: Option<Duration>, unit: f64) -> Option<Duration> {
        let index = usize::from(failed).checked_sub(1)?;
        let base = *self.delays.get(index)?;
        let factor = 1.0 - self.jitter + 2.0 * self.jitter * unit.clamp(0.0, 1.0);
        let jittered = base.mul_f64(factor);
        Some(match retry_after {
            Some(wish) => jittered.max(wish.min(RETRY_AFTER_MAX)),
            None => jittered,
        })
    }
}

#[cfg(test)]
mod tests;
