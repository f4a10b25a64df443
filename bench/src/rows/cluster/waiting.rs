//! Many deliveries that wait in the schedule: a restart, an adoption, and what a delivery from there costs.

use std::time::Duration;

use super::nodes::Nodes;
use super::send::shares;
use crate::child::Server;
use crate::clock;
use crate::failure::Failure;
use crate::measure::{Throughput, settle_all};
use crate::report::{Line, Verdict};
use crate::rows::plan::Plan;

const ENDPOINTS: u64 = 10;
/// How long deliveries from the schedule are counted at most.
const CLAIM_SPAN: Duration = Duration::from_secs(15);
/// From the opening of the gate until lanes hold as many as they may, which is not counted.
const CLAIM_WARM_UP: Duration = Duration::from_secs(1);
const INTERVAL: Duration = Duration::from_millis(20);

pub(in crate::rows) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let mut nodes = Nodes::start(plan, "cluster-waiting")?;
    let app = nodes.app("/gate", ENDPOINTS)?;
    let deliveries = nodes.publish(plan, &app, plan.waiting / ENDPOINTS)? * ENDPOINTS;
    settle_all(nodes.servers())?;
    let rows = nodes.schema().number("SELECT count(*) FROM schedule")?;
    let bytes_each = nodes.schema().bytes_of("schedule")? / u64::try_from(rows.max(1)).unwrap_or(1);
    let mut waiting = Line::new(format!("PostgreSQL, {deliveries} waiting at {ENDPOINTS} endpoints"));
    waiting.rss_mib = Some(nodes.servers()[0].rss_mib()?);
    waiting.figure = Some(format!("{rows} rows of {bytes_each} bytes with their index"));
    waiting.verdicts = waiting.rss_mib.map(Verdict::rss_waiting).into_iter().collect();

    nodes.kill_and_restart(plan)?;
    let ready_ms = nodes.servers()[0].ready_ms();
    let mut restart = Line::new("… after kill -9, no other node");
    restart.figure = Some(format!("ready in {ready_ms:.0} ms"));
    restart.verdicts = vec![Verdict::restart(ready_ms)];

    nodes.add(plan)?;
    nodes.kill_first();
    let taken = nodes.taken_over()?;
    let mut adopted = Line::new("… taken over by another node");
    adopted.figure =
        Some(format!("taken over in {} ms, {} of them from memory", taken.took_ms, taken.from_memory));
    adopted.verdicts = vec![Verdict::adoption(taken.took_ms as f64)];

    let mut claimed = Line::new("… served from the schedule");
    claimed.throughput = Some(claim(&nodes, deliveries)?);
    claimed.figure = shares(claimed.throughput);
    Ok(vec![waiting, restart, adopted, claimed])
}

/// The endpoints answer again. Deliveries of a span of time, from the schedule only: nothing is published.
fn claim(nodes: &Nodes, waiting: u64) -> Result<Throughput, Failure> {
    nodes.receiver().open_gate(true);
    clock::pause(CLAIM_WARM_UP);
    let cpu_us = || nodes.servers().iter().map(Server::cpu_us).sum::<Result<u64, _>>();
    let (answered, begun_ns) = (nodes.receiver().answered(), clock::now_ns());
    let (before_us, before) = (cpu_us()?, nodes.schema().cost()?);
    clock::poll(INTERVAL, CLAIM_SPAN, || (nodes.receiver().answered() >= waiting).then_some(()));
    let (spent_us, spent) = (cpu_us()? - before_us, nodes.schema().cost()?.since(before));
    let deliveries = nodes.receiver().answered().min(waiting).saturating_sub(answered);
    if deliveries == 0 {
        return Err(Failure::new("see a delivery from the schedule: none came"));
    }
    let wall_s = (clock::now_ns() - begun_ns) as f64 / 1e9;
    Ok(Throughput::of(deliveries, wall_s, spent_us, Some(spent)))
}
