//! Runs a load: connections spread over a few single-threaded runtimes, numbers drawn from one counter.
//!
//! In the open loop request `n` is due at `start + n / rate`, and its latency counts from there, also when every
//! connection was still waiting for an earlier answer. A stalled server is thus charged for all the requests that it
//! delayed, not only for the ones it held (no coordinated omission).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, OnceLock};
use std::time::Duration;

use http::StatusCode;

use super::connection::Connection;
use super::histogram::Histogram;
use super::requests::Requests;
use crate::clock;
use crate::failure::Failure;

/// When requests are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// Each connection sends when its last answer is in.
    Closed,
    /// At this rate per second.
    Open(f64),
}

/// One run of the generator.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) target: Arc<dyn Requests>,
    pub(crate) pace: Pace,
    pub(crate) connections: usize,
    pub(crate) threads: usize,
    pub(crate) messages: u64,
    /// No request is begun after this span; what was not sent then is missing from `accepted`.
    pub(crate) limit: Duration,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct LoadReport {
    pub(crate) start_ns: u64,
    /// Answers that were the expected ones.
    pub(crate) accepted: u64,
    /// Other answers.
    pub(crate) refused: u64,
    /// The first of those.
    pub(crate) refusal: Option<StatusCode>,
    pub(crate) latencies: Histogram,
}

/// Loads so far: part of the idempotency keys, so that no load repeats another's.
static LOADS: AtomicU64 = AtomicU64::new(0);

/// What the threads of one load share.
#[derive(Debug)]
struct Shared {
    load: Load,
    id: u64,
    next: AtomicU64,
    ready: Barrier,
    start_ns: OnceLock<u64>,
}

/// Opens all connections, then sends, and returns when the last answer is in.
pub(crate) fn run(load: Load) -> Result<LoadReport, Failure> {
    let threads = load.threads.min(load.connections);
    let shared = Arc::new(Shared {
        id: LOADS.fetch_add(1, Ordering::Relaxed),
        next: AtomicU64::new(0),
        ready: Barrier::new(threads),
        start_ns: OnceLock::new(),
        load,
    });
    let handles: Vec<_> = (0..threads)
        .map(|thread| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || run_thread(&shared, thread, threads))
        })
        .collect();
    let mut total = LoadReport::new();
    for handle in handles {
        let part = handle.join().map_err(|_panic| Failure::new("generate load: a thread panicked"))?;
        total.add(part?);
    }
    total.start_ns = *shared.start_ns.get().unwrap_or(&0);
    Ok(total)
}

impl LoadReport {
    fn new() -> Self {
        Self { start_ns: 0, accepted: 0, refused: 0, refusal: None, latencies: Histogram::new() }
    }

    fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.refusal = self.refusal.or(other.refusal);
        self.latencies.merge(&other.latencies);
    }
}

fn run_thread(shared: &Arc<Shared>, thread: usize, threads: usize) -> Result<LoadReport, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::because("build a runtime"))?;
    let share = (thread..shared.load.connections).step_by(threads);
    runtime.block_on(async {
        let opened = open_all(shared, share).await;
        // Every thread comes here, also one that failed, or the others would wait for ever.
        shared.ready.wait();
        shared.start_ns.get_or_init(clock::now_ns);
        let tasks: Vec<_> = opened?
            .into_iter()
            .map(|connection| tokio::spawn(publish(Arc::clone(shared), connection)))
            .collect();
        let mut total = LoadReport::new();
        for task in tasks {
            let part = task.await.map_err(|_panic| Failure::new("generate load: a task panicked"))?;
            total.add(part?);
        }
        Ok(total)
    })
}

async fn open_all(shared: &Shared, numbers: impl Iterator<Item = usize>) -> Result<Vec<Connection>, Failure> {
    let mut opened = Vec::new();
    for number in numbers {
        opened.push(Connection::open(shared.load.target.addr(number)).await?);
    }
    Ok(opened)
}

async fn publish(shared: Arc<Shared>, mut connection: Connection) -> Result<LoadReport, Failure> {
    let mut report = LoadReport::new();
    while let Some((number, due_ns)) = next_due(&shared).await {
        let request = shared.load.target.request(shared.id, number, due_ns);
        let status = connection.exchange(request).await?;
        report.latencies.record_ns(clock::now_ns().saturating_sub(due_ns));
        if status == shared.load.target.expected() {
            report.accepted += 1;
        } else {
            report.refused += 1;
            report.refusal = report.refusal.or(Some(status));
        }
    }
    Ok(report)
}

/// The next request and when it is due, once it is.
async fn next_due(shared: &Shared) -> Option<(u64, u64)> {
    let number = shared.next.fetch_add(1, Ordering::Relaxed);
    let start_ns = *shared.start_ns.get()?;
    let limit_ns = u64::try_from(shared.load.limit.as_nanos()).unwrap_or(u64::MAX / 2);
    let now_ns = clock::now_ns();
    if number >= shared.load.messages || now_ns > start_ns + limit_ns {
        return None;
    }
    let Pace::Open(rate) = shared.load.pace else {
        return Some((number, now_ns));
    };
    let due_ns = start_ns + (number as f64 * 1e9 / rate) as u64;
    if due_ns > now_ns {
        tokio::time::sleep_until(clock::instant_at(due_ns)).await;
    }
    Some((number, due_ns))
}
