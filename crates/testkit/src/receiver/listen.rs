//! The receiver itself: accepts, reads, reacts.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::behaviour::Behaviour;
use super::http1::{Buffer, read_request};
use super::https_port;
use super::record::{Received, Shared};
use crate::raw::connect;
use crate::tls::TlsIdentity;
use crate::wait::DEADLINE;

const DRIP_INTERVAL: Duration = Duration::from_millis(50);
const ENDLESS_CHUNK_BYTES: usize = 16 << 10;

/// Tries to find a port that is free at two addresses.
const PAIR_TRIES: usize = 100;

/// A connection, plain or in TLS.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// An HTTP receiver on a free loopback port. Unscripted paths answer 200.
#[derive(Debug)]
pub struct Receiver {
    addr: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Receiver {
    /// Listens on a free port.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Listens there, for a test that is about one that was not there before.
    ///
    /// # Panics
    /// When the address is taken.
    pub async fn start_at(addr: SocketAddr) -> Self {
        assert!(addr.ip().is_loopback(), "tests stay on loopback, not {addr}");
        Self::on(TcpListener::bind(addr).await.expect("a loopback port is free"), None)
    }

    /// Speaks HTTPS, with this certificate.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start_tls(identity: &TlsIdentity) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
        Self::on(listener, Some(identity.acceptor()))
    }

    /// Speaks HTTPS at port 443 of a loopback address of its own, where a URL with a name alone may lead.
    ///
    /// # Panics
    /// When that port cannot be bound; the text says what to do.
    pub async fn start_https(identity: &TlsIdentity) -> Self {
        Self::on(https_port::listen().await, Some(identity.acceptor()))
    }

    /// One at `127.0.0.1` and one at `127.0.0.2`, both at the same port, so that a URL with a name may lead to either.
    ///
    /// # Panics
    /// When no port is free at both.
    pub async fn start_pair() -> (Self, Self) {
        for _ in 0..PAIR_TRIES {
            let first = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
            let port = first.local_addr().expect("a bound socket has an address").port();
            if let Ok(second) = TcpListener::bind(("127.0.0.2", port)).await {
                return (Self::on(first, None), Self::on(second, None));
            }
        }
        panic!("no port is free at both addresses");
    }

    fn on(listener: TcpListener, tls: Option<TlsAcceptor>) -> Self {
        let addr = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared::new());
        let accepting = tokio::spawn(accept(listener, tls, Arc::clone(&shared)));
        Self { addr, shared, accepting }
    }

    /// A loopback address on which nobody listens.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn address_of_nobody() -> SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
        listener.local_addr().expect("a bound socket has an address")
    }

    /// Its address.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Scripts a path: one reaction per request, the last one for all that follow.
    ///
    /// # Panics
    /// When the script is empty.
    pub fn script(&self, path: &str, steps: impl IntoIterator<Item = Behaviour>) {
        self.shared.script(path, steps.into_iter().collect());
    }

    /// Everything received so far.
    ///
    /// # Panics
    /// When a malformed request arrived.
    #[must_use]
    pub fn all(&self) -> Vec<Received> {
        self.matching(|_| true)
    }

    /// What was received so far and satisfies `wanted`.
    ///
    /// # Panics
    /// When a malformed request arrived.
    #[must_use]
    pub fn matching(&self, wanted: impl Fn(&Received) -> bool) -> Vec<Received> {
        self.shared.matching(wanted)
    }

    /// How many requests so far satisfy `wanted`.
    #[must_use]
    pub fn count(&self, wanted: impl Fn(&Received) -> bool) -> usize {
        self.shared.count(wanted)
    }

    /// How many connections were made so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.connections()
    }

    /// Waits until no connection is open: after the sender's death, everything it had written has then been read.
    ///
    /// # Panics
    /// When a connection stays open.
    pub async fn wait_until_quiet(&self) {
        let mut changes = self.shared.watch();
        // Accepted in order: once this one is, no connection of the dead sender waits unseen.
        let last = connect(self.addr).await;
        let last_peer = last.local_addr().expect("a connected socket has an address");
        drop(last);
        let waiting = async {
            while !self.shared.has_met(last_peer) || !self.shared.is_quiet() {
                changes.changed().await.expect("the receiver outlives the wait");
            }
        };
        tokio::time::timeout(DEADLINE, waiting).await.expect("every connection of a dead sender ends");
    }

    /// Most requests that a path had unanswered at the same time.
    #[must_use]
    pub fn peak(&self, path: &str) -> usize {
        self.shared.peak(path)
    }

    /// Waits for `count` requests that satisfy `wanted` and answers all that do.
    ///
    /// # Panics
    /// When they do not come in time.
    pub async fn wait_for(&self, count: usize, wanted: impl Fn(&Received) -> bool) -> Vec<Received> {
        self.wait_for_within(DEADLINE, count, wanted).await
    }

    /// As [`wait_for`](Self::wait_for) with a deadline of the caller's.
    ///
    /// # Panics
    /// When they do not come in time.
    pub async fn wait_for_within(
        &self,
        limit: Duration,
        count: usize,
        wanted: impl Fn(&Received) -> bool,
    ) -> Vec<Received> {
        let mut changes = self.shared.watch();
        let waiting = async {
            while self.shared.count(&wanted) < count {
                changes.changed().await.expect("the receiver outlives the wait");
            }
        };
        let in_time = tokio::time::timeout(limit, waiting).await.is_ok();
        let found = self.matching(&wanted);
        assert!(in_time, "waited {limit:?} for {count} requests, got {}: {:#?}", found.len(), self.all());
        found
    }

    /// Waits for `count` requests on a path.
    ///
    /// # Panics
    /// When they do not come in time.
    pub async fn wait_on(&self, path: &str, count: usize) -> Vec<Received> {
        self.wait_for(count, |request| request.path() == path).await
    }

    /// Waits for the first request on a path.
    ///
    /// # Panics
    /// When it does not come in time.
    pub async fn first_on(&self, path: &str) -> Received {
        self.wait_on(path, 1).await.swap_remove(0)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, peer)) = listener.accept().await {
        let number = shared.connected(peer);
        connections.spawn(serve(stream, tls.clone(), number, Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, number: usize, shared: Arc<Shared>) {
    match tls {
        None => serve_requests(stream, number, &shared).await,
        // A client that does not like the certificate goes away; it says why on its side.
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                serve_requests(stream, number, &shared).await;
            }
        }
    }
    shared.disconnected();
}

async fn serve_requests(mut stream: impl Stream, number: usize, shared: &Shared) {
    let mut buffer = Buffer::default();
    loop {
        match read_request(&mut stream, &mut buffer, number).await {
            Ok(Some(request)) => {
                let (seq, behaviour) = shared.arrived(request);
                if !react(&mut stream, shared, seq, behaviour).await {
                    return;
                }
            }
            Ok(None) => return,
            Err(what) => return shared.malformed(what),
        }
    }
}

/// Plays one behaviour; answers whether the connection can take another request.
async fn react(stream: &mut impl Stream, shared: &Shared, seq: usize, behaviour: Behaviour) -> bool {
    match behaviour {
        Behaviour::Answer { status, headers, body } => {
            // Noted first: once the sender has the last byte it may act on the answer at any moment.
            shared.finished(seq, |it| it.answered_at = Some(Instant::now()));
            write(stream, &answer(status, &headers, &body)).await.is_ok()
        }
        Behaviour::Raw(bytes) => {
            shared.finished(seq, |it| it.answered_at = Some(Instant::now()));
            let _ = write(stream, &bytes).await;
            let _ = stream.shutdown().await;
            false
        }
        Behaviour::Close => {
            shared.finished(seq, |_| ());
            false
        }
        Behaviour::Stall(bytes) => {
            let _ = write(stream, &bytes).await;
            abandoned(stream).await;
            shared.finished(seq, |it| it.abandoned_at = Some(Instant::now()));
            false
        }
        Behaviour::Drip(bytes) => {
            let _ = write(stream, &bytes).await;
            drip(stream).await;
            shared.finished(seq, |it| it.abandoned_at = Some(Instant::now()));
            false
        }
        Behaviour::Endless(bytes) => {
            let _ = write(stream, &bytes).await;
            let taken = pour(stream).await;
            shared.finished(seq, |it| {
                it.abandoned_at = Some(Instant::now());
                it.taken_bytes = taken;
            });
            false
        }
        Behaviour::Held(gate, then) => {
            gate.pass().await;
            Box::pin(react(stream, shared, seq, *then)).await
        }
    }
}

/// Writes all of it and pushes it out: TLS may hold bytes back.
async fn write(stream: &mut impl Stream, bytes: &[u8]) -> std::io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

/// Waits until the other side closes.
async fn abandoned(stream: &mut impl Stream) {
    let mut ignored = [0_u8; 1024];
    while matches!(stream.read(&mut ignored).await, Ok(read) if read > 0) {}
}

async fn drip(stream: &mut impl Stream) {
    let mut ticks = tokio::time::interval(DRIP_INTERVAL);
    let mut ignored = [0_u8; 1024];
    loop {
        tokio::select! {
            _ = ticks.tick() => if write(stream, b"x").await.is_err() { return },
            read = stream.read(&mut ignored) => if !matches!(read, Ok(read) if read > 0) { return },
        }
    }
}

async fn pour(stream: &mut impl Stream) -> u64 {
    let chunk = Bytes::from(vec![0_u8; ENDLESS_CHUNK_BYTES]);
    let mut taken = 0;
    while let Ok(written) = stream.write(&chunk).await {
        taken += u64::try_from(written).expect("a chunk is small");
    }
    taken
}

fn answer(status: u16, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Scripted\r\n");
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").expect("writing to a string cannot fail");
    }
    // These have no body by definition; a length would be an error.
    if !(100..200).contains(&status) && status != 204 && status != 304 {
        write!(head, "content-length: {}\r\n", body.len()).expect("writing to a string cannot fail");
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
