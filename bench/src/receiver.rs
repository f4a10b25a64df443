//! The receiver: answers 204 at once, or never, and notes how long each delivery took.
//!
//! It lives in the benchmark's process, so that both ends of an end-to-end latency are read from one clock. The path
//! says how it behaves: `/ok…` answers and is counted into the latencies, `/aside…` answers and is only counted,
//! `/slow…` answers after two seconds and is counted, `/hang…` reads the request and never answers, `/gate…` answers and is
//! counted once the gate is open.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::clock;
use crate::failure::Failure;
use crate::load::Histogram;
use crate::payload;

/// Connections that may wait to be accepted: 900 endpoints open 10 each at about the same time.
const BACKLOG: u32 = 4096;

/// What a slow action takes.
const SLOW_ANSWER: Duration = Duration::from_secs(2);

/// A receiver on loopback; its threads end with the process.
#[derive(Debug)]
pub(crate) struct Receiver {
    addr: SocketAddr,
    tallies: Vec<Arc<Tally>>,
    gate: watch::Sender<bool>,
}

/// What one thread saw. One per thread, so that the threads share nothing.
#[derive(Debug)]
struct Tally {
    answered: AtomicU64,
    hanging: AtomicU64,
    last_ns: AtomicU64,
    latencies: Mutex<Histogram>,
}

impl Receiver {
    pub(crate) fn start(threads: usize) -> Result<Self, Failure> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .map_err(Failure::because("bind the receiver"))?;
        rustix::net::listen(&listener, i32::try_from(BACKLOG).expect("a small number"))
            .map_err(Failure::because("lengthen the receiver's backlog"))?;
        listener.set_nonblocking(true).map_err(Failure::because("prepare the receiver"))?;
        let addr = listener.local_addr().map_err(Failure::because("read the receiver's address"))?;
        let mut tallies = Vec::new();
        let gate = watch::Sender::new(false);
        for _ in 0..threads {
            let shared = listener.try_clone().map_err(Failure::because("share the receiver's listener"))?;
            let tally = Arc::new(Tally::new());
            tallies.push(Arc::clone(&tally));
            let gate = gate.subscribe();
            std::thread::spawn(move || run(shared, &tally, &gate));
        }
        Ok(Self { addr, tallies, gate })
    }

    /// Lets the requests of `/gate…` through, those too that wait before it, or none.
    pub(crate) fn open_gate(&self, is_open: bool) {
        self.gate.send_replace(is_open);
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Deliveries answered since the last reset.
    pub(crate) fn answered(&self) -> u64 {
        self.tallies.iter().map(|it| it.answered.load(Ordering::Relaxed)).sum()
    }

    /// Deliveries left without an answer since the last reset.
    pub(crate) fn hanging(&self) -> u64 {
        self.tallies.iter().map(|it| it.hanging.load(Ordering::Relaxed)).sum()
    }

    /// When the last delivery came.
    pub(crate) fn last_ns(&self) -> u64 {
        self.tallies.iter().map(|it| it.last_ns.load(Ordering::Relaxed)).max().unwrap_or(0)
    }

    /// Latencies of the `/ok` deliveries since the last reset.
    pub(crate) fn latencies(&self) -> Histogram {
        let mut all = Histogram::new();
        for tally in &self.tallies {
            all.merge(&tally.latencies.lock());
        }
        all
    }

    pub(crate) fn reset(&self) {
        for tally in &self.tallies {
            tally.answered.store(0, Ordering::Relaxed);
            tally.hanging.store(0, Ordering::Relaxed);
            *tally.latencies.lock() = Histogram::new();
        }
    }
}

impl Tally {
    fn new() -> Self {
        Self {
            answered: AtomicU64::new(0),
            hanging: AtomicU64::new(0),
            last_ns: AtomicU64::new(0),
            latencies: Mutex::new(Histogram::new()),
        }
    }

    fn note(&self, path: &str, due_ns: Option<u64>) {
        let now_ns = clock::now_ns();
        if let (true, Some(due_ns)) = (path.starts_with("/ok"), due_ns) {
            self.latencies.lock().record_ns(now_ns.saturating_sub(due_ns));
        }
        self.last_ns.fetch_max(now_ns, Ordering::Relaxed);
        self.answered.fetch_add(1, Ordering::Relaxed);
    }
}

fn run(listener: std::net::TcpListener, tally: &Arc<Tally>, gate: &watch::Receiver<bool>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime needs only memory and a poll descriptor");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is non-blocking");
        loop {
            // An error here concerns one connection (aborted, or no descriptor left); the row's count shows it.
            let Ok((stream, _)) = listener.accept().await else {
                tokio::task::yield_now().await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            let (tally, gate) = (Arc::clone(tally), gate.clone());
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(request, Arc::clone(&tally), gate.clone()));
                // The server under test may close a connection whenever it likes.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
}

async fn answer(
    request: Request<Incoming>,
    tally: Arc<Tally>,
    mut gate: watch::Receiver<bool>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let (head, mut body) = request.into_parts();
    let mut due_ns = None;
    let mut first = true;
    while let Some(Ok(frame)) = body.frame().await {
        if let (true, Some(bytes)) = (first, frame.data_ref()) {
            due_ns = payload::stamp_ns(bytes);
            first = false;
        }
    }
    if head.uri.path().starts_with("/hang") {
        tally.hanging.fetch_add(1, Ordering::Relaxed);
        std::future::pending::<()>().await;
    }
    if head.uri.path().starts_with("/gate") {
        // An error means that the receiver is gone, and so is the row.
        let _ = gate.wait_for(|is_open| *is_open).await;
    }
    if head.uri.path().starts_with("/slow") {
        tokio::time::sleep(SLOW_ANSWER).await;
    }
    tally.note(head.uri.path(), due_ns);
    let mut response = Response::new(Empty::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
