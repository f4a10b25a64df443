//! A node is killed with much that was only in its memory: how long until another one has it in hand.
//!
//! The endpoints answer first, so that their lanes hold many; then they hang, and much is published within seconds,
//! before a node writes rows for what waits long in its memory. What went past the lanes lies in the schedule already.

use std::time::Duration;

use super::nodes::Nodes;
use crate::clock;
use crate::failure::Failure;
use crate::report::{Line, Verdict};
use crate::rows::plan::Plan;

const ENDPOINTS: u64 = 10;
const DRAIN_LIMIT: Duration = Duration::from_secs(300);
const INTERVAL: Duration = Duration::from_millis(5);

pub(in crate::rows) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let mut nodes = Nodes::start(plan, "cluster-adoption")?;
    nodes.add(plan)?;
    let app = nodes.app("/gate", ENDPOINTS)?;
    nodes.receiver().open_gate(true);
    nodes.subject(plan, &app, 1, ENDPOINTS)?.warm_up(plan.adopted / ENDPOINTS)?;
    nodes.receiver().open_gate(false);
    nodes.receiver().reset();
    let deliveries = nodes.publish(plan, &app, plan.adopted / ENDPOINTS)? * ENDPOINTS;
    let killed_ns = clock::now_ns();
    nodes.kill_first();
    let taken = nodes.taken_over()?;
    let known_ms = (clock::now_ns() - killed_ns) / 1_000_000;
    nodes.receiver().open_gate(true);
    let opened_ns = clock::now_ns();
    let all =
        clock::poll(INTERVAL, DRAIN_LIMIT, || (nodes.receiver().answered() >= deliveries).then_some(()));
    all.ok_or_else(|| {
        let got = nodes.receiver().answered();
        Failure::new(format!("see every delivery of the dead node: {got} of {deliveries} arrived"))
    })?;
    let drained_s = (clock::now_ns() - opened_ns) as f64 / 1e9;
    let mut line = Line::new(format!("PostgreSQL, a node with {deliveries} unfinished is killed"));
    line.figure = Some(format!(
        "taken over in {} ms, {} of them from memory; {known_ms} ms after the kill; all delivered in {drained_s:.0} s more",
        taken.took_ms, taken.from_memory
    ));
    line.verdicts = vec![Verdict::adoption(taken.took_ms as f64)];
    Ok(vec![line])
}
