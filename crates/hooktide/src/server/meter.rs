//! Metrics: recorded everywhere, rendered for `/metrics`.

use std::sync::Arc;
use std::time::Duration;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::failure::Failure;

/// Bounds in seconds, from one flush to the longest timeout.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Time between foldings of recorded samples into buckets.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Install the recorder; once per process.
pub(super) fn install() -> Result<PrometheusHandle, Failure> {
    let failed = |error| Failure::caused("cannot start the metrics", &error, "");
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
        .map_err(failed)?;
    let handle = builder.install_recorder().map_err(failed)?;
    describe();
    gauge!("hooktide_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

/// Fold samples from time to time, so that they do not pile up when nobody asks.
pub(super) async fn keep_up(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP_EVERY).await;
        handle.run_upkeep();
    }
}

/// What `/metrics` answers.
pub(super) fn renderer(handle: Option<PrometheusHandle>) -> Arc<dyn Fn() -> String + Send + Sync> {
    Arc::new(move || handle.as_ref().map_or_else(String::new, PrometheusHandle::render))
}

fn describe() {
    describe_counter!("hooktide_messages_accepted_total", "messages committed");
    describe_counter!(
        "hooktide_deliveries_spilled_total",
        "deliveries that found their lane full and wait in the schedule"
    );
    describe_counter!("hooktide_delivery_attempts_total", "tries, by result");
    describe_counter!("hooktide_deliveries_exhausted_total", "deliveries given up");
    describe_counter!(
        "hooktide_endpoints_disabled_total",
        "endpoints that were disabled because of failures or 410"
    );
    describe_counter!("hooktide_requests_received_total", "requests of providers, by what became of them");
    describe_counter!("hooktide_api_responses_total", "API answers, by class of status");
    describe_histogram!(
        "hooktide_delivery_duration_seconds",
        Unit::Seconds,
        "from the start of a try to the last byte"
    );
    describe_histogram!(
        "hooktide_delivery_lag_seconds",
        Unit::Seconds,
        "from acceptance to the start of the first try"
    );
    describe_gauge!("hooktide_lanes", "endpoints with something to do");
    describe_gauge!("hooktide_deliveries_in_memory", "deliveries waiting in lanes");
    describe_gauge!("hooktide_deliveries_scheduled", "deliveries waiting in the schedule");
    describe_gauge!("hooktide_build_info", "always 1; the label tells the version");
}
