//! The send table on PostgreSQL: one node, two nodes with the publishers spread over both, fan-out 10.

use super::nodes::Nodes;
use crate::failure::Failure;
use crate::measure::Throughput;
use crate::report::{Line, Verdict};
use crate::rows::one::lines_of;
use crate::rows::plan::Plan;

const CONNECTIONS: usize = 256;
/// Pairs of one node's and two nodes' full load; an odd number, so that there is a middle.
const PAIRS: usize = 3;
const ENDPOINTS: u64 = 10;

pub(in crate::rows) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let mut nodes = Nodes::start(plan, "cluster")?;
    let app = nodes.app("/ok", 1)?;
    let mut lines = lines_of(plan, "PostgreSQL, one node", &nodes.subject(plan, &app, 1, 1)?)?;
    lines.iter_mut().for_each(|line| {
        line.verdicts.extend(budget(line.throughput));
    });
    nodes.add(plan)?;
    let mut two = lines_of(plan, "PostgreSQL, two nodes", &nodes.subject(plan, &app, 2, 1)?)?;
    two.iter_mut().for_each(|line| {
        line.verdicts.extend(budget(line.throughput));
    });
    lines.append(&mut two);
    lines.push(pairs(plan, &nodes, &app)?);
    drop(nodes);
    lines.append(&mut fan_out(plan)?);
    lines.iter_mut().for_each(|line| line.figure = line.figure.take().or_else(|| shares(line.throughput)));
    Ok(lines)
}

fn fan_out(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let nodes = Nodes::start(plan, "cluster-fan-out")?;
    let app = nodes.app("/ok", ENDPOINTS)?;
    lines_of(plan, "PostgreSQL, fan-out 10", &nodes.subject(plan, &app, 1, ENDPOINTS)?)
}

/// All load on one of two nodes, then on both, in turn: the machine drifts by more than the difference.
fn pairs(plan: &Plan, nodes: &Nodes, app: &str) -> Result<Line, Failure> {
    let (one, both) = (nodes.subject(plan, app, 1, 1)?, nodes.subject(plan, app, 2, 1)?);
    let mut ratios = Vec::new();
    for _ in 0..PAIRS {
        let one = one.full_load(CONNECTIONS, plan.messages / 2)?;
        let both = both.full_load(CONNECTIONS, plan.messages / 2)?;
        eprintln!("  one {:.0}/s, both {:.0}/s", one.deliveries_per_s, both.deliveries_per_s);
        ratios.push(both.deliveries_per_s / one.deliveries_per_s);
    }
    ratios.sort_by(f64::total_cmp);
    let texts: Vec<_> = ratios.iter().map(|ratio| format!("{ratio:.2}×")).collect();
    let mut line = Line::new("… load on both against on one");
    line.figure = Some(format!("deliveries/s: {}", texts.join(", ")));
    line.verdicts = vec![Verdict::two_nodes(ratios[ratios.len() / 2])];
    Ok(line)
}

/// None where the database's part is not known.
fn budget(throughput: Option<Throughput>) -> Option<Verdict> {
    let throughput = throughput?;
    throughput.database?.cpu_us_per_delivery?;
    Some(Verdict::cpu_cluster(throughput.cpu_us_per_delivery))
}

/// Who spent what.
pub(super) fn shares(throughput: Option<Throughput>) -> Option<String> {
    let throughput = throughput?;
    let database = throughput.database?;
    let wal = database.wal_bytes_per_delivery / 1024.0;
    Some(match database.cpu_us_per_delivery {
        Some(us) => {
            let servers = throughput.cpu_us_per_delivery - us;
            format!("server {servers:.1} + PostgreSQL {us:.1} µs; {wal:.1} KiB of log")
        }
        None => format!("PostgreSQL's CPU is not seen from here; {wal:.1} KiB of log"),
    })
}
