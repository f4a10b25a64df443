//! Whether an event costs more once much is stored: CPU per event at a full store against an empty one. The two are
//! measured in turn, because the machine's speed drifts by more than the budget while the store is filled.

use std::sync::Arc;

use super::hooktide::Hooktide;
use super::plan::Plan;
use crate::failure::Failure;
use crate::load::Route;
use crate::measure::{Subject, Throughput};
use crate::report::{Line, Verdict};

const CONNECTIONS: usize = 256;
const SLICE_MAX: u64 = 200_000;
/// Pairs of empty and full; an odd number, so that there is a middle.
const PAIRS: usize = 7;

pub(super) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let full = Hooktide::start(plan, "stored")?;
    let subject = subject_of(plan, &full)?;
    let slice = SLICE_MAX.min(plan.stored / 3).max(1);
    let mut stored = 0;
    while stored + slice <= plan.stored {
        let filled = subject.full_load(CONNECTIONS, slice)?;
        stored += slice;
        eprintln!("  {stored} stored: {:.1} µs per event", filled.cpu_us_per_delivery);
    }
    let empty = Hooktide::start(plan, "empty")?;
    let beside = subject_of(plan, &empty)?;
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        let pair = (beside.full_load(CONNECTIONS, slice / 2)?, subject.full_load(CONNECTIONS, slice / 2)?);
        eprintln!(
            "  empty {:.1}, full {:.1} µs per event",
            pair.0.cpu_us_per_delivery, pair.1.cpu_us_per_delivery
        );
        pairs.push(pair);
    }
    let ratio = |pair: &(Throughput, Throughput)| pair.1.cpu_us_per_delivery / pair.0.cpu_us_per_delivery;
    pairs.sort_by(|one, other| ratio(one).total_cmp(&ratio(other)));
    let middle = pairs[pairs.len() / 2];
    let (least, most) = (ratio(&pairs[0]), ratio(&pairs[pairs.len() - 1]));
    let mut line = Line::new(format!("Hooktide, {stored} stored"));
    line.throughput = Some(middle.1);
    line.rss_mib = Some(full.server().rss_mib()?);
    let (ratio, of_empty) = (ratio(&middle), middle.0.cpu_us_per_delivery);
    line.figure = Some(format!(
        "{ratio:.2}× the {of_empty:.1} µs of an empty store; {PAIRS} pairs, {least:.2}× to {most:.2}×"
    ));
    line.verdicts = vec![Verdict::growth(ratio)];
    Ok(vec![line])
}

/// One endpoint that answers, warmed up.
fn subject_of<'a>(plan: &Plan, hooktide: &'a Hooktide) -> Result<Subject<'a>, Failure> {
    let app = hooktide.api().create_app("stored")?;
    hooktide.api().create_endpoint(&app, &hooktide.receiver().url("/ok"), None)?;
    let target = Arc::new(hooktide.target(plan, vec![Route::new(&app, None)?])?);
    let subject = hooktide.subject(plan, target, 1);
    subject.warm_up(plan.warm_up_messages())?;
    Ok(subject)
}
