//! The budgets of the design, and whether a figure keeps them. The limits stand here and nowhere else.

use serde::Serialize;

/// A figure beside its limit.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Verdict {
    what: &'static str,
    limit: f64,
    unit: &'static str,
    actual: f64,
    /// The limit is a floor instead of a ceiling.
    at_least: bool,
    ok: bool,
}

impl Verdict {
    pub(crate) fn cpu_one_endpoint(us: f64) -> Self {
        Self::at_most("CPU", us, 45.0, " µs")
    }

    pub(crate) fn cpu_fan_out(us: f64) -> Self {
        Self::at_most("CPU", us, 25.0, " µs")
    }

    pub(crate) fn accept_p99(ms: f64) -> Self {
        Self::at_most("accept p99", ms, 25.0, " ms")
    }

    pub(crate) fn end_to_end_p50(ms: f64) -> Self {
        Self::at_most("e2e p50", ms, 10.0, " ms")
    }

    pub(crate) fn end_to_end_p99(ms: f64) -> Self {
        Self::at_most("e2e p99", ms, 40.0, " ms")
    }

    pub(crate) fn against_relay_with_log(ratio: f64) -> Self {
        let judged = Self::at_most("of the relay with a log", ratio, 0.9, "×");
        Self { at_least: true, ok: ratio >= judged.limit, ..judged }
    }

    pub(crate) fn hanging_ratio(ratio: f64) -> Self {
        Self::at_most("p99 ratio", ratio, 1.2, "×")
    }

    pub(crate) fn inbound_answer_p99(ms: f64) -> Self {
        Self::at_most("answer p99", ms, 100.0, " ms")
    }

    pub(crate) fn cold_start(ms: f64) -> Self {
        Self::at_most("start", ms, 100.0, " ms")
    }

    pub(crate) fn rss_idle(mib: f64) -> Self {
        Self::at_most("RSS", mib, 40.0, " MiB")
    }

    pub(crate) fn rss_waiting(mib: f64) -> Self {
        Self::at_most("RSS", mib, 300.0, " MiB")
    }

    pub(crate) fn restart(ms: f64) -> Self {
        Self::at_most("ready", ms, 2000.0, " ms")
    }

    pub(crate) fn growth(ratio: f64) -> Self {
        Self::at_most("CPU ratio", ratio, 1.15, "×")
    }

    /// Server and PostgreSQL together.
    pub(crate) fn cpu_cluster(us: f64) -> Self {
        Self::at_most("CPU of both", us, 90.0, " µs")
    }

    pub(crate) fn adoption(ms: f64) -> Self {
        Self::at_most("taken over", ms, 5000.0, " ms")
    }

    pub(crate) fn two_nodes(ratio: f64) -> Self {
        let judged = Self::at_most("of one node", ratio, 1.0, "×");
        Self { at_least: true, ok: ratio >= judged.limit, ..judged }
    }

    /// As the budget column shows it: `ok: CPU ≤ 45 µs`.
    pub(crate) fn text(&self) -> String {
        let word = if self.ok { "ok" } else { "OVER" };
        let sign = if self.at_least { '≥' } else { '≤' };
        format!("{word}: {} {sign} {}{}", self.what, self.limit, self.unit)
    }

    fn at_most(what: &'static str, actual: f64, limit: f64, unit: &'static str) -> Self {
        Self { what, limit, unit, actual, at_least: false, ok: actual <= limit }
    }
}

#[cfg(test)]
mod tests;
