//! The server: a loopback UDP port, a script, and what was asked.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::RecordType;
use parking_lot::Mutex;
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use super::message::encode;
use super::zone::Zone;

/// The largest query; ours are far smaller.
const QUERY_BYTES_MAX: usize = 4096;

/// What the server is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsQuestion {
    /// Questions before this one.
    pub number: usize,
    /// Questions before this one for the same name and type.
    pub repeats: usize,
    /// Lower case, without its final dot.
    pub name: String,
    /// `A` or `AAAA`, as a rule.
    pub kind: RecordType,
}

/// What the server answers to one question.
#[derive(Debug, Clone)]
pub enum DnsReply {
    /// Records of the type asked for among these addresses, with a time to live of 0; an empty list is "no data".
    Addresses(Vec<IpAddr>),
    /// A chain of that many aliases, and the addresses at its end.
    Chain(usize, Vec<IpAddr>),
    /// Aliases that lead back to the first.
    Loop,
    /// An error.
    Code(ResponseCode),
    /// Nothing at all.
    Silence,
    /// Bytes that are no DNS message.
    Garbage(usize),
    /// "Truncated, ask over TCP", where nobody listens.
    Truncated,
}

/// A name server on a free loopback UDP port.
#[derive(Debug)]
pub struct StubDns {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<DnsQuestion>>>,
    zone: Zone,
    answering: JoinHandle<()>,
}

impl StubDns {
    /// Answers every question with what `script` makes of it.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(script: impl Fn(&DnsQuestion) -> DnsReply + Send + 'static) -> Self {
        Self::start_with(Zone::default(), script).await
    }

    /// Knows these names and no others. A name's answers are given in turn, the last one for all lookups that follow;
    /// an answer is a list of addresses with spaces between them.
    ///
    /// # Panics
    /// When no port is free, or an answer is not a list of addresses.
    pub async fn serving(names: &[(&str, &[&str])]) -> Self {
        let zone = Zone::default();
        for (name, answers) in names {
            zone.set(name, answers);
        }
        let known = zone.clone();
        Self::start_with(zone, move |question| known.answer(question)).await
    }

    /// Changes what a name leads to from now on; see [`serving`](Self::serving).
    ///
    /// # Panics
    /// When an answer is not a list of addresses.
    pub fn set(&self, name: &str, answers: &[&str]) {
        self.zone.set(name, answers);
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many questions it was asked.
    #[must_use]
    pub fn queries(&self) -> usize {
        self.asked.lock().len()
    }

    /// How often a name was looked up: its questions for IPv4 addresses.
    #[must_use]
    pub fn lookups(&self, name: &str) -> usize {
        let asked = self.asked.lock();
        asked.iter().filter(|it| it.name == name && it.kind == RecordType::A).count()
    }

    async fn start_with(zone: Zone, script: impl Fn(&DnsQuestion) -> DnsReply + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a loopback port is free");
        let address = socket.local_addr().expect("a bound socket has an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answering = tokio::spawn(answer_all(socket, Arc::clone(&asked), script));
        Self { address, asked, zone, answering }
    }
}

impl Drop for StubDns {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

async fn answer_all(
    socket: UdpSocket,
    asked: Arc<Mutex<Vec<DnsQuestion>>>,
    script: impl Fn(&DnsQuestion) -> DnsReply + Send,
) {
    let mut counts: HashMap<(String, RecordType), usize> = HashMap::new();
    let mut buffer = [0; QUERY_BYTES_MAX];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        let query = Message::from_vec(&buffer[..length]).expect("a query is a DNS message");
        let first = query.queries.first().expect("a query asks something");
        let name = first.name().to_ascii().trim_end_matches('.').to_ascii_lowercase();
        let kind = first.query_type();
        let count = counts.entry((name.clone(), kind)).or_default();
        let question = DnsQuestion { number: asked.lock().len(), repeats: *count, name, kind };
        *count += 1;
        let reply = script(&question);
        asked.lock().push(question);
        if let Some(bytes) = encode(&query, reply) {
            // Who asked may be gone by now.
            let _ = socket.send_to(&bytes, peer).await;
        }
    }
}
