//! How long lists take with millions of messages and attempts in history, and what dropping a part of it takes.

use std::sync::Arc;
use std::time::Duration;

use super::nodes::Nodes;
use super::past::{DAYS, Day, take_samples};
use crate::clock;
use crate::failure::Failure;
use crate::load::{self, Load};
use crate::load::{Histogram, Pace, Quantiles, Route, Target};
use crate::measure::{all_accepted, settle_all};
use crate::report::Line;
use crate::rows::plan::Plan;

const APPS: u64 = 100;
const MESSAGES_PER_APP: u64 = 20;
/// Calls of each kind that are timed.
const CALLS: usize = 300;
const LIMIT: Duration = Duration::from_secs(60);

/// An application with its endpoint.
#[derive(Debug)]
struct Place {
    app: String,
    endpoint: String,
}

pub(in crate::rows) fn run(plan: &Plan) -> Result<Vec<Line>, Failure> {
    let mut nodes = Nodes::start(plan, "cluster-history")?;
    let places = prepare(plan, &nodes)?;
    let each = i64::try_from(plan.past).unwrap_or(i64::MAX) / DAYS;
    let begun_ns = clock::now_ns();
    for day in 1..=DAYS {
        Day::before(nodes.schema(), day)?.fill(nodes.schema(), each)?;
        eprintln!("  {} of history", each * day);
    }
    let filled_s = (clock::now_ns() - begun_ns) / 1_000_000_000;
    // A node reads at its start which partitions there are.
    nodes.kill_and_restart(plan)?;
    let mut head =
        Line::new(format!("PostgreSQL, {} messages and attempts in {DAYS} partitions", each * DAYS));
    let (messages, attempts) = (nodes.schema().bytes_of("message")?, nodes.schema().bytes_of("attempt")?);
    head.figure = Some(format!(
        "written by SQL in {filled_s} s; with indexes a message takes {} bytes, an attempt {}; restart ready in {:.0} ms",
        messages / (each * DAYS).unsigned_abs().max(1),
        attempts / (each * DAYS).unsigned_abs().max(1),
        nodes.servers()[0].ready_ms()
    ));
    let mut lines = vec![head];
    lines.append(&mut lists(&nodes, &places)?);
    lines.push(drop_oldest(&nodes)?);
    Ok(lines)
}

/// Applications with an endpoint each, and some messages delivered to them.
fn prepare(plan: &Plan, nodes: &Nodes) -> Result<Vec<Place>, Failure> {
    let mut places = Vec::new();
    for number in 0..APPS {
        let app = nodes.api().create_app(&format!("app {number}"))?;
        let url = nodes.receiver().url(&format!("/ok/{number}"));
        let endpoint = nodes.api().create_endpoint(&app, &url, None)?;
        places.push(Place { app, endpoint });
    }
    let routes = places.iter().map(|place| Route::new(&place.app, None)).collect::<Result<Vec<_>, _>>()?;
    let addrs = vec![nodes.servers()[0].addr()];
    let report = load::run(Load {
        target: Arc::new(Target::new(addrs, nodes.token(), plan.keys, routes)?),
        pace: Pace::Closed,
        connections: 16,
        threads: 1,
        messages: APPS * MESSAGES_PER_APP,
        limit: LIMIT,
    })?;
    all_accepted(&report, &nodes.servers()[0])?;
    settle_all(nodes.servers())?;
    take_samples(nodes.schema())?;
    Ok(places)
}

fn lists(nodes: &Nodes, places: &[Place]) -> Result<Vec<Line>, Failure> {
    let mut ids = Vec::new();
    let newest = timed(nodes, places, "newest of an application", |place| {
        format!("/api/v1/app/{}/msg?limit=50", place.app)
    })?;
    let attempts = timed(nodes, places, "attempts of an endpoint", |place| {
        format!("/api/v1/app/{}/attempt/endpoint/{}?limit=50", place.app, place.endpoint)
    })?;
    let failures = timed(nodes, places, "failed attempts of an endpoint", |place| {
        format!("/api/v1/app/{}/attempt/endpoint/{}?limit=50&status=2", place.app, place.endpoint)
    })?;
    for day in 1..DAYS {
        let place = &places[usize::try_from(day).unwrap_or(0) * 7 % places.len()];
        let before = nodes.schema().text(&format!(
            "SELECT to_char(now() AT TIME ZONE 'UTC' - interval '{day} days', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
        ))?;
        let path = format!("/api/v1/app/{}/msg?limit=50&before={before}", place.app);
        let page = nodes.api().get(&path)?;
        let found =
            page["data"].as_array().into_iter().flatten().filter_map(|message| message["id"].as_str());
        ids.extend(found.map(|id| format!("/api/v1/app/{}/msg/{id}", place.app)));
    }
    if ids.is_empty() {
        return Err(Failure::new("find messages of earlier days: the lists are empty"));
    }
    let mut next = ids.iter().cycle().step_by(37);
    let by_id = timed(nodes, places, "a message by its id", |_| next.next().cloned().unwrap_or_default())?;
    Ok(vec![newest, attempts, failures, by_id])
}

/// Calls one after the other, each on a new connection, for another place each time. The first round is not counted.
fn timed(
    nodes: &Nodes,
    places: &[Place],
    what: &str,
    mut path: impl FnMut(&Place) -> String,
) -> Result<Line, Failure> {
    let mut cold = Histogram::new();
    let mut warm = Histogram::new();
    for (number, place) in places.iter().cycle().take(places.len() + CALLS).enumerate() {
        let path = path(place);
        let begun_ns = clock::now_ns();
        nodes.api().get(&path)?;
        let histogram = if number < places.len() { &mut cold } else { &mut warm };
        histogram.record_ns(clock::now_ns() - begun_ns);
    }
    let mut line = Line::new(format!("… {what}"));
    let (cold, warm): (Quantiles, Quantiles) = (cold.quantiles(), warm.quantiles());
    line.figure = Some(format!(
        "p50/p99 {:.1} / {:.1} ms; the first of each {:.1} / {:.1} ms",
        warm.p50_ms, warm.p99_ms, cold.p50_ms, cold.p99_ms
    ));
    Ok(line)
}

/// What retention does, statement for statement.
fn drop_oldest(nodes: &Nodes) -> Result<Line, Failure> {
    let day = Day::before(nodes.schema(), DAYS)?;
    let begun_ns = clock::now_ns();
    nodes.schema().run(&format!("DROP TABLE {}", day.tables().join(", ")))?;
    let mut line = Line::new("… drop of the oldest partition");
    line.figure = Some(format!("{:.0} ms", (clock::now_ns() - begun_ns) as f64 / 1e6));
    Ok(line)
}
