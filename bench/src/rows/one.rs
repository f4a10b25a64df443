//! Hooktide with one endpoint, and the shape that every throughput row has: 64 connections, 256 connections, then
//! latencies at half of what the 256 reached.

use std::sync::Arc;

use super::hooktide::Hooktide;
use super::plan::Plan;
use crate::failure::Failure;
use crate::load::Route;
use crate::measure::Subject;
use crate::report::{Line, Verdict};

const CONNECTIONS_FEW: usize = 64;
const CONNECTIONS_FULL: usize = 256;

pub(super) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let hooktide = Hooktide::start(plan, "one")?;
    let app = hooktide.api().create_app("one endpoint")?;
    hooktide.api().create_endpoint(&app, &hooktide.receiver().url("/ok"), None)?;
    let target = Arc::new(hooktide.target(plan, vec![Route::new(&app, None)?])?);
    let subject = hooktide.subject(plan, target, 1);
    let mut lines = lines_of(plan, "Hooktide, one endpoint", &subject)?;
    for line in &mut lines {
        if let (Some(throughput), Some(latency)) = (line.throughput, line.latency)
            && let Some(end_to_end) = latency.end_to_end
        {
            line.verdicts = vec![
                Verdict::cpu_one_endpoint(throughput.cpu_us_per_delivery),
                Verdict::accept_p99(latency.accept.p99_ms),
                Verdict::end_to_end_p50(end_to_end.p50_ms),
                Verdict::end_to_end_p99(end_to_end.p99_ms),
            ];
        }
    }
    Ok(lines)
}

/// The two lines of a subject; the last one is at full load.
pub(super) fn lines_of(plan: &Plan, name: &str, subject: &Subject<'_>) -> Result<Vec<Line>, Failure> {
    let messages = (plan.messages / subject.fan_out.isqrt()).max(1);
    subject.warm_up(plan.warm_up_messages() / subject.fan_out)?;
    let mut few = Line::new(format!("{name}, {CONNECTIONS_FEW} conns"));
    few.throughput = Some(subject.full_load(CONNECTIONS_FEW, messages)?);
    let throughput = subject.full_load(CONNECTIONS_FULL, messages)?;
    let mut full = Line::new(format!("{name}, {CONNECTIONS_FULL} conns"));
    full.throughput = Some(throughput);
    let rss_mib = subject.servers.iter().map(crate::child::Server::rss_mib).sum::<Result<f64, _>>()?;
    full.rss_mib = Some(rss_mib);
    let messages_per_s = throughput.deliveries_per_s / subject.fan_out as f64;
    full.latency = Some(subject.steady_load(messages_per_s / 2.0, plan.seconds)?);
    Ok(vec![few, full])
}
