//! A server that has nothing to do: how long it takes to start, and what it holds.

use std::time::Duration;

use super::hooktide::Hooktide;
use super::plan::Plan;
use crate::clock;
use crate::failure::Failure;
use crate::report::{Line, Verdict};

/// First start creates the store and the secrets, so the second one is what a restart costs.
pub(super) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let hooktide = Hooktide::start(plan, "idle")?;
    let first_ms = hooktide.server().ready_ms();
    let hooktide = hooktide.kill_and_restart(plan)?;
    let again_ms = hooktide.server().ready_ms();
    let app = hooktide.api().create_app("idle")?;
    hooktide.api().create_endpoint(&app, &hooktide.receiver().url("/ok"), None)?;
    clock::pause(Duration::from_secs(2));
    let rss_mib = hooktide.server().rss_mib()?;
    let mut line = Line::new("Hooktide, idle");
    line.rss_mib = Some(rss_mib);
    line.figure = Some(format!("ready in {first_ms:.0} ms (new store), {again_ms:.0} ms (existing)"));
    line.verdicts = vec![Verdict::cold_start(first_ms), Verdict::rss_idle(rss_mib)];
    Ok(vec![line])
}
