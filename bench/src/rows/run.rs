//! Runs the planned rows, one after the other, in the order of the table.

use super::plan::Plan;
use super::{cluster, fan_out, hanging, idle, inbound, one, relay, stored, waiting};
use crate::args::RowName;
use crate::failure::Failure;
use crate::report::{Line, Verdict};

/// Runs the planned rows.
pub(crate) fn run_all(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    let mut relay_per_cpu_s = None;
    for &row in &plan.rows {
        eprintln!("measuring {row:?}");
        let mut new = run_one(plan, row)?;
        match row {
            RowName::RelayLog => relay_per_cpu_s = full_load_per_cpu_s(&new),
            RowName::One => add_ratio(&mut new, relay_per_cpu_s),
            _ => {}
        }
        lines.append(&mut new);
    }
    Ok(lines)
}

fn run_one(plan: &Plan, row: RowName) -> Result<Vec<Line>, Failure> {
    match row {
        RowName::Relay => relay::bare(plan),
        RowName::RelayLog => relay::with_log(plan),
        RowName::One => one::run(plan),
        RowName::FanOut => fan_out::run(plan),
        RowName::Hanging => hanging::run(plan),
        RowName::Inbound => inbound::run(plan),
        RowName::Idle => idle::run(plan),
        RowName::Waiting => waiting::run(plan),
        RowName::Stored => stored::run(plan),
        RowName::Postgres => cluster::send(plan),
        RowName::Adoption => cluster::adoption(plan),
        RowName::PostgresWaiting => cluster::waiting(plan),
        RowName::PostgresHistory => cluster::history(plan),
    }
}

/// Of the last line, which is the one at full load.
fn full_load_per_cpu_s(lines: &[Line]) -> Option<f64> {
    Some(lines.last()?.throughput?.deliveries_per_cpu_s)
}

/// Deliveries per CPU-second as a share of the relay's, where both were measured.
fn add_ratio(lines: &mut [Line], relay_per_cpu_s: Option<f64>) {
    let (Some(ours), Some(relay)) = (full_load_per_cpu_s(lines), relay_per_cpu_s) else {
        return;
    };
    let Some(line) = lines.last_mut() else { return };
    let ratio = ours / relay;
    line.figure = Some(format!("{ratio:.2}× the relay with a log"));
    line.verdicts.push(Verdict::against_relay_with_log(ratio));
}
