//! What hanging endpoints cost the healthy ones: 100 applications with 10 endpoints each, the same messages twice.
//! Once every endpoint answers; once nine of ten read the request and never answer.
//!
//! Each message goes to one endpoint (by channel), half of them to the healthy tenth, so that their p99 rests on enough
//! samples. Only the healthy ones' latencies are taken. A p99 of some milliseconds is the disk's and the neighbours' as
//! much as the server's, so several pairs are run, and the one with the middle ratio counts.

use std::sync::Arc;
use std::time::Duration;

use super::hooktide::Hooktide;
use super::plan::Plan;
use crate::clock;
use crate::failure::Failure;
use crate::load::{self, Load, Pace, Quantiles, Route, Target};
use crate::measure::all_accepted;
use crate::report::{Line, Verdict};

const APPS: u64 = 100;
const ENDPOINTS_PER_APP: u64 = 10;
const CONNECTIONS: usize = 256;
/// Longest wait for the healthy deliveries after the last publish call.
const DRAIN_LIMIT: Duration = Duration::from_secs(60);
const DRAIN_INTERVAL: Duration = Duration::from_millis(5);

/// The healthy endpoints' side of one run.
#[derive(Debug)]
struct Healthy {
    latencies: Quantiles,
    hanging: u64,
    rss_mib: f64,
}

pub(super) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let mut pairs = (0..plan.hanging_pairs).map(|_| Pair::measure(plan)).collect::<Result<Vec<_>, _>>()?;
    pairs.sort_by(|one, other| one.ratio().total_cmp(&other.ratio()));
    let ratios: Vec<_> = pairs.iter().map(|pair| format!("{:.2}×", pair.ratio())).collect();
    let middle = pairs.swap_remove(pairs.len() / 2);
    let Pair { calm, rough } = &middle;
    let mut line = Line::new("Hooktide, 900 of 1000 endpoints hang");
    line.rss_mib = Some(rough.rss_mib);
    line.figure = Some(format!(
        "healthy e2e p50/p99 {:.1} / {:.1} ms, without hanging {:.1} / {:.1} ms; {} requests hung; ratios {}",
        rough.latencies.p50_ms,
        rough.latencies.p99_ms,
        calm.latencies.p50_ms,
        calm.latencies.p99_ms,
        rough.hanging,
        ratios.join(", ")
    ));
    line.verdicts = vec![Verdict::hanging_ratio(middle.ratio())];
    Ok(vec![line])
}

/// The same messages with every endpoint answering, and with nine of ten hanging.
#[derive(Debug)]
struct Pair {
    calm: Healthy,
    rough: Healthy,
}

impl Pair {
    fn measure(plan: &Plan) -> Result<Self, Failure> {
        Ok(Self { calm: measure(plan, "calm", "/aside")?, rough: measure(plan, "hanging", "/hang")? })
    }

    fn ratio(&self) -> f64 {
        self.rough.latencies.p99_ms / self.calm.latencies.p99_ms
    }
}

/// `others`: the path of the nine tenths that are not measured.
fn measure(plan: &Plan, name: &str, others: &str) -> Result<Healthy, Failure> {
    let hooktide = Hooktide::start(plan, name)?;
    let target = Arc::new(prepare(plan, &hooktide, others)?);
    let rate = plan.hanging_rate as f64;
    // Each endpoint once or more, so that every connection is open and every hanging slot taken.
    publish(plan, &hooktide, &target, rate, 2 * APPS * (ENDPOINTS_PER_APP - 1))?;
    hooktide.receiver().reset();
    let messages = plan.hanging_rate * plan.hanging_seconds;
    publish(plan, &hooktide, &target, rate, messages)?;
    let expected = messages / 2;
    let latencies = clock::poll(DRAIN_INTERVAL, DRAIN_LIMIT, || {
        let latencies = hooktide.receiver().latencies().quantiles();
        (latencies.samples >= expected).then_some(latencies)
    });
    let latencies = latencies.ok_or_else(|| {
        let got = hooktide.receiver().latencies().quantiles().samples;
        Failure::new(format!("see every healthy delivery: {got} of {expected} arrived"))
    })?;
    Ok(Healthy { latencies, hanging: hooktide.receiver().hanging(), rss_mib: hooktide.server().rss_mib()? })
}

/// Makes the applications; the routes alternate between a healthy endpoint and one of the others.
fn prepare(plan: &Plan, hooktide: &Hooktide, others: &str) -> Result<Target, Failure> {
    let (mut healthy, mut rest) = (Vec::new(), Vec::new());
    for number in 0..APPS {
        let app = hooktide.api().create_app(&format!("app {number}"))?;
        for endpoint in 0..ENDPOINTS_PER_APP {
            let channel = format!("c{endpoint}");
            let path = if endpoint == 0 { "/ok" } else { others };
            let url = hooktide.receiver().url(&format!("{path}/{number}/{endpoint}"));
            hooktide.api().create_endpoint(&app, &url, Some(&channel))?;
            if endpoint > 0 {
                healthy.push(Route::new(&app, Some("c0"))?);
                rest.push(Route::new(&app, Some(&channel))?);
            }
        }
    }
    // Neighbouring numbers go to different applications.
    let order = |routes: Vec<Route>| {
        let mut numbered: Vec<_> = routes.into_iter().enumerate().collect();
        let each = usize::try_from(ENDPOINTS_PER_APP - 1).expect("a small number");
        numbered.sort_by_key(|(position, _)| position % each);
        numbered.into_iter().map(|(_, route)| route)
    };
    let routes = order(healthy).zip(order(rest)).flat_map(|(one, other)| [one, other]).collect();
    hooktide.target(plan, routes)
}

fn publish(
    plan: &Plan,
    hooktide: &Hooktide,
    target: &Arc<Target>,
    rate: f64,
    messages: u64,
) -> Result<(), Failure> {
    let report = load::run(Load {
        target: Arc::clone(target) as _,
        pace: Pace::Open(rate),
        connections: CONNECTIONS,
        threads: plan.threads,
        messages,
        limit: Duration::from_secs(300),
    })?;
    all_accepted(&report, hooktide.server())
}
