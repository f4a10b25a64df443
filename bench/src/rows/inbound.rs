//! Providers' signed requests: the answer while every action is slow, and while forgeries pour in beside them.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::hooktide::Hooktide;
use super::plan::Plan;
use crate::clock;
use crate::failure::Failure;
use crate::load::{self, Inbound, Load, LoadReport, Pace, Sender};
use crate::measure::{Latency, Throughput, all_accepted, settle};
use crate::report::{Line, Verdict};

/// The providers, with secrets of the form that each has.
const MIX: [(&str, &str); 4] = [
    ("github", "a-secret-of-your-own-choice"),
    ("stripe", "whsec_example0123456789abcdefghijklmn"),
    ("slack", "0123456789abcdef0123456789abcdef"),
    ("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
];
/// What forgers sign with: of a form that every one of these schemes takes.
const FORGED: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const CONNECTIONS: usize = 256;
/// Good requests per second beside the flood.
const BESIDE_FLOOD: u64 = 200;
/// Longest run, as a multiple of its planned length.
const OVERRUN: u64 = 4;

/// What came of one or two loads at the same time.
struct Outcome {
    /// The good requests.
    good: LoadReport,
    /// All requests, forged ones too.
    requests: u64,
    wall_ns: u64,
    cpu_us: u64,
    rss_mib: f64,
}

pub(super) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    Ok(vec![mix(plan)?, flood(plan)?])
}

/// All providers in turn, with endpoints that take two seconds for each event: nearly all events wait.
fn mix(plan: &Plan) -> Result<Line, Failure> {
    let hooktide = Hooktide::start(plan, "inbound")?;
    let paths = sources(&hooktide)?;
    let good = good(&hooktide, &paths)?;
    all_accepted(&load::run(at_rate(plan, &good, plan.inbound_rate, 1))?, hooktide.server())?;
    let outcome = measured(&hooktide, || {
        let report = load::run(at_rate(plan, &good, plan.inbound_rate, plan.inbound_seconds))?;
        all_accepted(&report, hooktide.server())?;
        Ok((report, 0))
    })?;
    let mut line = line_of(&format!("Hooktide, {}/s signed, actions of 2 s", plan.inbound_rate), &outcome);
    let max_ms = outcome.good.latencies.quantiles().max_ms;
    let acted_on = hooktide.receiver().answered();
    line.figure = Some(format!("answer max {max_ms:.0} ms; {acted_on} events acted on so far"));
    Ok(line)
}

/// Good requests beside forged ones, each on connections of their own.
fn flood(plan: &Plan) -> Result<Line, Failure> {
    let hooktide = Hooktide::start(plan, "inbound-flood")?;
    let paths = sources(&hooktide)?;
    let good = good(&hooktide, &paths)?;
    let forgers = paths.iter().map(|(kind, _, path)| Sender::new(kind, FORGED, path));
    let forgers = forgers.collect::<Result<Vec<_>, _>>()?;
    let forged = Inbound::new(hooktide.server().addr(), StatusCode::UNAUTHORIZED, forgers)?;
    let forged = Arc::new(forged);
    all_accepted(&load::run(at_rate(plan, &good, BESIDE_FLOOD, 1))?, hooktide.server())?;
    let outcome = measured(&hooktide, || {
        let flood = at_rate(plan, &forged, plan.flood_rate, plan.inbound_seconds);
        let flood = std::thread::spawn(move || load::run(flood));
        let report = load::run(at_rate(plan, &good, BESIDE_FLOOD, plan.inbound_seconds))?;
        let flood =
            flood.join().map_err(|_panic| Failure::new("generate the flood: a thread panicked"))??;
        all_accepted(&report, hooktide.server())?;
        all_accepted(&flood, hooktide.server())?;
        Ok((report, flood.accepted))
    })?;
    let mut line = line_of(&format!("… {BESIDE_FLOOD}/s beside {}/s forged", plan.flood_rate), &outcome);
    let max_ms = outcome.good.latencies.quantiles().max_ms;
    let forged = outcome.requests - outcome.good.accepted;
    line.figure = Some(format!("answer max {max_ms:.0} ms; {forged} forgeries refused"));
    Ok(line)
}

/// Runs loads and takes what they cost the server. They answer the good ones' report and how many others there were.
fn measured(
    hooktide: &Hooktide,
    loads: impl FnOnce() -> Result<(LoadReport, u64), Failure>,
) -> Result<Outcome, Failure> {
    settle(hooktide.server())?;
    let before_us = hooktide.server().cpu_us()?;
    let (good, others) = loads()?;
    let wall_ns = clock::now_ns() - good.start_ns;
    let rss_mib = hooktide.server().rss_mib()?;
    settle(hooktide.server())?;
    let cpu_us = hooktide.server().cpu_us()? - before_us;
    Ok(Outcome { requests: good.accepted + others, good, wall_ns, cpu_us, rss_mib })
}

/// Makes a source for each provider with an endpoint that is slow; kind, secret and path of each.
fn sources(hooktide: &Hooktide) -> Result<Vec<(&'static str, &'static str, String)>, Failure> {
    let mut paths = Vec::new();
    for (kind, secret) in MIX {
        let source = hooktide.api().create_source(kind, secret)?;
        hooktide
            .api()
            .create_source_endpoint(&source.id, &hooktide.receiver().url(&format!("/slow/{kind}")))?;
        paths.push((kind, secret, source.path));
    }
    Ok(paths)
}

fn good(hooktide: &Hooktide, paths: &[(&str, &str, String)]) -> Result<Arc<Inbound>, Failure> {
    let senders = paths.iter().map(|(kind, secret, path)| Sender::new(kind, secret, path));
    let senders = senders.collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Inbound::new(hooktide.server().addr(), StatusCode::OK, senders)?))
}

fn at_rate(plan: &Plan, target: &Arc<Inbound>, rate: u64, seconds: u64) -> Load {
    Load {
        target: Arc::clone(target) as _,
        pace: Pace::Open(rate as f64),
        connections: CONNECTIONS,
        threads: plan.threads,
        messages: rate * seconds,
        limit: Duration::from_secs(seconds * OVERRUN),
    }
}

fn line_of(name: &str, outcome: &Outcome) -> Line {
    let wall_s = outcome.wall_ns as f64 / 1e9;
    let answer = outcome.good.latencies.quantiles();
    let mut line = Line::new(name);
    line.throughput = Some(Throughput::of(outcome.requests, wall_s, outcome.cpu_us, None));
    let messages_per_s = outcome.good.accepted as f64 / wall_s;
    line.latency = Some(Latency { messages_per_s, accept: answer, end_to_end: None });
    line.rss_mib = Some(outcome.rss_mib);
    line.verdicts = vec![Verdict::inbound_answer_p99(answer.p99_ms)];
    line
}
