//! What the receiver remembers, and waiting for it.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

use super::behaviour::Behaviour;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// Position in arrival order, from 0.
    pub seq: usize,
    /// The connection it came on, from 0.
    pub connection: usize,
    /// When its last byte was read.
    pub at: Instant,
    /// The same in seconds since the epoch.
    pub unix_s: i64,
    /// Method.
    pub method: String,
    /// Request target with its query.
    pub target: String,
    /// Headers in order, names as sent.
    pub headers: Vec<(String, String)>,
    /// Body bytes, exact.
    pub body: Bytes,
    /// When the answer had been written; `None` while it is open or when there was none.
    pub answered_at: Option<Instant>,
    /// When the sender closed a connection that was left without a whole answer.
    pub abandoned_at: Option<Instant>,
    /// Bytes of an endless answer that the sender took.
    pub taken_bytes: u64,
}

impl Received {
    /// The value of a header, empty when absent.
    ///
    /// # Panics
    /// When it was sent more than once.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name));
        let value = values.next().map_or("", |(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} was sent twice: {:?}", self.headers);
        value
    }

    /// The message id.
    #[must_use]
    pub fn message_id(&self) -> &str {
        match self.header("webhook-id") {
            "" => self.header("svix-id"),
            id => id,
        }
    }

    /// The path without its query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or(&self.target)
    }
}

/// Everything the connections of one receiver share.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    version: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    scripts: HashMap<String, Script>,
    received: Vec<Received>,
    malformed: Vec<String>,
    connections: usize,
    /// Who has connected.
    peers: HashSet<SocketAddr>,
    disconnections: usize,
    open: HashMap<String, usize>,
    peak: HashMap<String, usize>,
}

#[derive(Debug)]
struct Script {
    steps: Vec<Behaviour>,
    next: usize,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self { state: Mutex::default(), version: watch::Sender::new(0) }
    }

    pub(super) fn script(&self, path: &str, steps: Vec<Behaviour>) {
        assert!(!steps.is_empty(), "a script has at least one step");
        self.state.lock().scripts.insert(path.to_owned(), Script { steps, next: 0 });
    }

    pub(super) fn connected(&self, peer: SocketAddr) -> usize {
        let mut state = self.state.lock();
        state.peers.insert(peer);
        state.connections += 1;
        let connection = state.connections - 1;
        drop(state);
        self.changed();
        connection
    }

    pub(super) fn has_met(&self, peer: SocketAddr) -> bool {
        self.state.lock().peers.contains(&peer)
    }

    pub(super) fn disconnected(&self) {
        self.state.lock().disconnections += 1;
        self.changed();
    }

    pub(super) fn is_quiet(&self) -> bool {
        let state = self.state.lock();
        state.connections == state.disconnections
    }

    pub(super) fn connections(&self) -> usize {
        self.state.lock().connections
    }

    /// Remembers a request and answers its number and what to do with it.
    pub(super) fn arrived(&self, mut request: Received) -> (usize, Behaviour) {
        let mut state = self.state.lock();
        let seq = state.received.len();
        request.seq = seq;
        let path = request.path().to_owned();
        state.received.push(request);
        let open = state.open.entry(path.clone()).or_default();
        *open += 1;
        let open = *open;
        let peak = state.peak.entry(path.clone()).or_default();
        *peak = open.max(*peak);
        let behaviour = state.scripts.get_mut(&path).map_or_else(Behaviour::ok, Script::step);
        drop(state);
        self.changed();
        (seq, behaviour)
    }

    pub(super) fn finished(&self, seq: usize, note: impl FnOnce(&mut Received)) {
        let mut state = self.state.lock();
        note(&mut state.received[seq]);
        let path = state.received[seq].path().to_owned();
        *state.open.get_mut(&path).expect("it was counted on arrival") -= 1;
        drop(state);
        self.changed();
    }

    pub(super) fn malformed(&self, what: String) {
        self.state.lock().malformed.push(what);
        self.changed();
    }

    pub(super) fn peak(&self, path: &str) -> usize {
        self.state.lock().peak.get(path).copied().unwrap_or(0)
    }

    /// Requests that satisfy `wanted`, in order of arrival.
    pub(super) fn matching(&self, wanted: impl Fn(&Received) -> bool) -> Vec<Received> {
        let state = self.state.lock();
        assert!(state.malformed.is_empty(), "malformed requests arrived: {:?}", state.malformed);
        state.received.iter().filter(|request| wanted(request)).cloned().collect()
    }

    pub(super) fn count(&self, wanted: impl Fn(&Received) -> bool) -> usize {
        self.state.lock().received.iter().filter(|request| wanted(request)).count()
    }

    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }
}

impl Script {
    fn step(&mut self) -> Behaviour {
        let step = self.steps[self.next].clone();
        self.next = (self.next + 1).min(self.steps.len() - 1);
        step
    }
}
