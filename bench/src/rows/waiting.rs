//! Many deliveries that wait for an endpoint which never answers: memory, then a restart after `kill -9`.

use std::sync::Arc;
use std::time::Duration;

use super::hooktide::Hooktide;
use super::plan::Plan;
use crate::failure::Failure;
use crate::load::{self, Load, Pace, Route};
use crate::measure::{all_accepted, settle};
use crate::report::{Line, Verdict};

const CONNECTIONS: usize = 256;
const LIMIT: Duration = Duration::from_secs(1200);

pub(super) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let hooktide = Hooktide::start(plan, "waiting")?;
    let app = hooktide.api().create_app("waiting")?;
    hooktide.api().create_endpoint(&app, &hooktide.receiver().url("/hang"), None)?;
    let accepted = publish(plan, &hooktide, &app)?;
    settle(hooktide.server())?;
    let rss_mib = hooktide.server().rss_mib()?;
    let mut waiting = Line::new(format!("Hooktide, {accepted} waiting"));
    waiting.rss_mib = Some(rss_mib);
    waiting.verdicts = vec![Verdict::rss_waiting(rss_mib)];

    let hooktide = hooktide.kill_and_restart(plan)?;
    let ready_ms = hooktide.server().ready_ms();
    let mut restart = Line::new("… after kill -9");
    restart.figure = Some(format!("ready in {ready_ms:.0} ms"));
    settle(hooktide.server())?;
    restart.rss_mib = Some(hooktide.server().rss_mib()?);
    restart.verdicts = vec![Verdict::restart(ready_ms)];
    Ok(vec![waiting, restart])
}

fn publish(plan: &Plan, hooktide: &Hooktide, app: &str) -> Result<u64, Failure> {
    let target = Arc::new(hooktide.target(plan, vec![Route::new(app, None)?])?);
    let report = load::run(Load {
        target,
        pace: Pace::Closed,
        connections: CONNECTIONS,
        threads: plan.threads,
        messages: plan.waiting,
        limit: LIMIT,
    })?;
    all_accepted(&report, hooktide.server())?;
    Ok(report.accepted)
}
