//! Latencies with three significant digits, from a microsecond to ten minutes.

use serde::Serialize;

const HIGHEST_US: u64 = 600_000_000;

/// Recorded latencies.
#[derive(Debug)]
pub(crate) struct Histogram(hdrhistogram::Histogram<u64>);

/// What the table shows of them, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Quantiles {
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
    pub(crate) samples: u64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        let inner = hdrhistogram::Histogram::new_with_bounds(1, HIGHEST_US, 3);
        Self(inner.expect("the bounds are constant and valid"))
    }

    pub(crate) fn record_ns(&mut self, span_ns: u64) {
        self.0.saturating_record(span_ns.div_ceil(1000));
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    pub(crate) fn quantiles(&self) -> Quantiles {
        let ms = |us: u64| us as f64 / 1000.0;
        Quantiles {
            p50_ms: ms(self.0.value_at_quantile(0.5)),
            p99_ms: ms(self.0.value_at_quantile(0.99)),
            max_ms: ms(self.0.max()),
            samples: self.0.len(),
        }
    }
}
