//! Hooktide with ten endpoints that each get every message.

use std::sync::Arc;

use super::hooktide::Hooktide;
use super::one::lines_of;
use super::plan::Plan;
use crate::failure::Failure;
use crate::load::Route;
use crate::report::{Line, Verdict};

const ENDPOINTS: u64 = 10;

pub(super) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let hooktide = Hooktide::start(plan, "fan-out")?;
    let app = hooktide.api().create_app("fan-out")?;
    for number in 0..ENDPOINTS {
        let url = hooktide.receiver().url(&format!("/ok/{number}"));
        hooktide.api().create_endpoint(&app, &url, None)?;
    }
    let target = Arc::new(hooktide.target(plan, vec![Route::new(&app, None)?])?);
    let subject = hooktide.subject(plan, target, ENDPOINTS);
    let mut lines = lines_of(plan, "Hooktide, fan-out 10", &subject)?;
    for line in lines.iter_mut().skip(1) {
        line.verdicts.extend(line.throughput.map(|it| Verdict::cpu_fan_out(it.cpu_us_per_delivery)));
    }
    Ok(lines)
}
