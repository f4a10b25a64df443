//! Whether an event costs more once much is stored: CPU per event of the last slice against the first.

use std::sync::Arc;

use super::hooktide::Hooktide;
use super::plan::Plan;
use crate::failure::Failure;
use crate::load::Route;
use crate::report::{Line, Verdict};

const CONNECTIONS: usize = 256;
const SLICE_MAX: u64 = 200_000;

pub(super) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let hooktide = Hooktide::start(plan, "stored")?;
    let app = hooktide.api().create_app("stored")?;
    hooktide.api().create_endpoint(&app, &hooktide.receiver().url("/ok"), None)?;
    let target = Arc::new(hooktide.target(plan, vec![Route::new(&app, None)?])?);
    let subject = hooktide.subject(plan, target, 1);
    subject.warm_up(plan.warm_up_messages())?;
    let slice = SLICE_MAX.min(plan.stored / 3).max(1);
    let first = subject.full_load(CONNECTIONS, slice)?;
    let mut last = first;
    let mut stored = slice;
    while stored + slice <= plan.stored {
        last = subject.full_load(CONNECTIONS, slice)?;
        stored += slice;
        eprintln!("  {stored} stored: {:.1} µs per event", last.cpu_us_per_delivery);
    }
    let ratio = last.cpu_us_per_delivery / first.cpu_us_per_delivery;
    let mut line = Line::new(format!("Hooktide, {stored} stored"));
    line.throughput = Some(last);
    line.rss_mib = Some(hooktide.server().rss_mib()?);
    line.figure = Some(format!("{ratio:.2}× the {:.1} µs of the first {slice}", first.cpu_us_per_delivery));
    line.verdicts = vec![Verdict::growth(ratio)];
    Ok(vec![line])
}
