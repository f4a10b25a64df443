//! Even spacing of deliveries: an endpoint's or application's `throttleRate`.
//!
//! Each delivery takes the next free moment; moments lie `1 / rate` apart, so no window of one second holds more
//! than `rate + 1` of them, whatever the number of slots.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// Hands out moments.
#[derive(Debug)]
pub(crate) struct Throttle {
    rate: u16,
    next: Mutex<Option<Instant>>,
}

impl Throttle {
    /// At most `rate` (at least 1) a second.
    pub(crate) fn new(rate: u16) -> Self {
        Self { rate: rate.max(1), next: Mutex::new(None) }
    }

    /// The rate it keeps.
    pub(crate) fn rate(&self) -> u16 {
        self.rate
    }

    /// Take the next free moment at or after `now`.
    pub(crate) fn take(&self, now: Instant) -> Instant {
        let mut next = self.next.lock();
        let moment = next.map_or(now, |next| next.max(now));
        *next = Some(moment + Duration::from_secs(1) / u32::from(self.rate));
        moment
    }
}

#[cfg(test)]
mod tests;
