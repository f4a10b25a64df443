//! One line of the table.

use serde::Serialize;

use super::budget::Verdict;
use crate::measure::{Latency, Throughput};

/// A measurement, or several that belong together. What was not measured is an empty cell.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) throughput: Option<Throughput>,
    pub(crate) latency: Option<Latency>,
    pub(crate) rss_mib: Option<f64>,
    /// What fits no column.
    pub(crate) figure: Option<String>,
    pub(crate) verdicts: Vec<Verdict>,
}

impl Line {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}
