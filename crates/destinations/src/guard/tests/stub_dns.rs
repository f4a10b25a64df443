//! A name server on a loopback UDP port that answers whatever a test wants.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// What the server answers to one query.
pub(super) enum Reply {
    /// Records of the queried type among these addresses; an empty list is "no data".
    Addresses(Vec<IpAddr>),
    /// A chain of that many aliases, and the addresses at its end.
    Chain(usize, Vec<IpAddr>),
    /// Aliases that lead back to the first.
    Loop,
    Code(ResponseCode),
    /// Nothing at all.
    Silence,
    /// Bytes that are no DNS message.
    Garbage(usize),
    /// "Truncated, ask over TCP", where nobody listens.
    Truncated,
}

pub(super) struct StubDns {
    pub(super) address: SocketAddr,
    queries: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl StubDns {
    /// Answers every query with what `script` makes of its number (from 0) and type.
    pub(super) async fn start(script: impl Fn(usize, RecordType) -> Reply + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let queries = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&queries);
        let task = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
                let query = Message::from_vec(&buffer[..length]).unwrap();
                let reply = script(counter.fetch_add(1, Ordering::Relaxed), query.queries[0].query_type());
                if let Some(bytes) = encode(&query, reply) {
                    socket.send_to(&bytes, peer).await.unwrap();
                }
            }
        });
        Self { address, queries, task }
    }

    pub(super) fn queries(&self) -> usize {
        self.queries.load(Ordering::Relaxed)
    }
}

impl Drop for StubDns {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn encode(query: &Message, reply: Reply) -> Option<Vec<u8>> {
    let asked = query.queries[0].name().clone();
    let kind = query.queries[0].query_type();
    let mut answer = Message::new(query.metadata.id, MessageType::Response, query.metadata.op_code);
    answer.metadata.recursion_desired = true;
    answer.metadata.recursion_available = true;
    answer.add_query(query.queries[0].clone());
    match reply {
        Reply::Addresses(addresses) => add_addresses(&mut answer, &asked, kind, &addresses),
        Reply::Chain(length, addresses) => {
            let end = add_chain(&mut answer, &asked, length);
            add_addresses(&mut answer, &end, kind, &addresses);
        }
        Reply::Loop => {
            let end = add_chain(&mut answer, &asked, 3);
            answer.add_answer(Record::from_rdata(end, 0, RData::CNAME(CNAME(asked))));
        }
        Reply::Code(code) => answer.metadata.response_code = code,
        Reply::Silence => return None,
        Reply::Garbage(length) => return Some(vec![0xff; length]),
        Reply::Truncated => answer.metadata.truncation = true,
    }
    Some(answer.to_vec().unwrap())
}

fn add_addresses(answer: &mut Message, name: &Name, kind: RecordType, addresses: &[IpAddr]) {
    for address in addresses {
        let data = match address {
            IpAddr::V4(ip) => RData::A(A(*ip)),
            IpAddr::V6(ip) => RData::AAAA(AAAA(*ip)),
        };
        if data.record_type() == kind {
            answer.add_answer(Record::from_rdata(name.clone(), 0, data));
        }
    }
}

fn add_chain(answer: &mut Message, start: &Name, length: usize) -> Name {
    let mut alias = start.clone();
    for link in 0..length {
        let next = Name::from_str(&format!("link{link}.example.com.")).unwrap();
        answer.add_answer(Record::from_rdata(alias, 0, RData::CNAME(CNAME(next.clone()))));
        alias = next;
    }
    alias
}
