//! What the flow counts. Handles are made once: the hot path only adds.

use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

/// The flow's counters.
pub(crate) struct Meters {
    accepted: Counter,
    spilled: Counter,
    succeeded: Counter,
    failed: Counter,
    canceled: Counter,
    exhausted: Counter,
    disabled: Counter,
    duration: Histogram,
    lag: Histogram,
    lanes: Gauge,
    in_memory: Gauge,
    scheduled: Gauge,
}

impl Meters {
    pub(crate) fn new() -> Self {
        Self {
            accepted: counter!("hooktide_messages_accepted_total"),
            spilled: counter!("hooktide_deliveries_spilled_total"),
            succeeded: counter!("hooktide_delivery_attempts_total", "result" => "success"),
            failed: counter!("hooktide_delivery_attempts_total", "result" => "fail"),
            canceled: counter!("hooktide_delivery_attempts_total", "result" => "canceled"),
            exhausted: counter!("hooktide_deliveries_exhausted_total"),
            disabled: counter!("hooktide_endpoints_disabled_total"),
            duration: histogram!("hooktide_delivery_duration_seconds"),
            lag: histogram!("hooktide_delivery_lag_seconds"),
            lanes: gauge!("hooktide_lanes"),
            in_memory: gauge!("hooktide_deliveries_in_memory"),
            scheduled: gauge!("hooktide_deliveries_scheduled"),
        }
    }

    pub(crate) fn accepted(&self) {
        self.accepted.increment(1);
    }

    /// A provider's request was answered; `result` is one of a few words.
    pub(crate) fn received(&self, result: &'static str) {
        counter!("hooktide_requests_received_total", "result" => result).increment(1);
    }

    pub(crate) fn spilled(&self) {
        self.spilled.increment(1);
    }

    /// An attempt ended; `lag` from acceptance to the first try.
    pub(crate) fn attempt(
        &self,
        status: hooktide_model::AttemptStatus,
        duration: Duration,
        lag: Option<Duration>,
    ) {
        match status {
            hooktide_model::AttemptStatus::Success => self.succeeded.increment(1),
            hooktide_model::AttemptStatus::Fail => self.failed.increment(1),
            hooktide_model::AttemptStatus::Canceled => self.canceled.increment(1),
        }
        self.duration.record(duration.as_secs_f64());
        if let Some(lag) = lag {
            self.lag.record(lag.as_secs_f64());
        }
    }

    pub(crate) fn exhausted(&self) {
        self.exhausted.increment(1);
    }

    pub(crate) fn disabled(&self) {
        self.disabled.increment(1);
    }

    /// Look at what waits.
    #[expect(clippy::cast_precision_loss, reason = "gauges are floating point; counts stay far below 2^52")]
    pub(crate) fn waiting(&self, lanes: usize, in_memory: usize, scheduled: u64) {
        self.lanes.set(lanes as f64);
        self.in_memory.set(in_memory as f64);
        self.scheduled.set(scheduled as f64);
    }
}
