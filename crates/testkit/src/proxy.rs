//! A TCP proxy between a server and what it depends on: a network that a test can cut, close, freeze and slow down.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Connections carried at a time; more are closed at once.
const CONNECTIONS_MAX: usize = 512;
/// Bytes held per direction of a connection.
const BUFFER_BYTES: usize = 16 << 10;

/// What the network does at this moment.
#[derive(Debug, Clone, Copy)]
struct Weather {
    /// Counts the cuts: a connection ends when it has seen another number at its birth.
    cuts: u64,
    is_open: bool,
    is_frozen: bool,
    delay: Duration,
}

/// A proxy on a free loopback port. Dropping it closes every connection.
#[derive(Debug)]
pub struct TcpProxy {
    addr: SocketAddr,
    weather: watch::Sender<Weather>,
    accepting: JoinHandle<()>,
}

impl TcpProxy {
    /// Carries connections to `upstream`.
    ///
    /// # Panics
    /// When no port is free, or `upstream` is not on loopback.
    pub async fn start(upstream: SocketAddr) -> Self {
        assert!(upstream.ip().is_loopback(), "tests stay on loopback, not {upstream}");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port is free");
        let addr = listener.local_addr().expect("a bound socket has an address");
        let weather =
            watch::Sender::new(Weather { cuts: 0, is_open: true, is_frozen: false, delay: Duration::ZERO });
        let accepting = tokio::spawn(accept(listener, upstream, weather.subscribe()));
        Self { addr, weather, accepting }
    }

    /// Where to connect instead.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Ends every connection. New ones are carried.
    pub fn cut(&self) {
        self.weather.send_modify(|weather| weather.cuts += 1);
    }

    /// Ends every connection, and each new one at once, until it is opened.
    pub fn close(&self) {
        self.weather.send_modify(|weather| {
            weather.cuts += 1;
            weather.is_open = false;
        });
    }

    /// Carries new connections again.
    pub fn open(&self) {
        self.weather.send_modify(|weather| weather.is_open = true);
    }

    /// Holds back all bytes of both directions. Connections stay, and new ones are taken; nobody is told.
    pub fn freeze(&self) {
        self.weather.send_modify(|weather| weather.is_frozen = true);
    }

    /// Lets bytes pass, those that were held back first.
    pub fn thaw(&self) {
        self.weather.send_modify(|weather| weather.is_frozen = false);
    }

    /// Holds every piece of data back for that long, in both directions.
    pub fn delay(&self, delay: Duration) {
        self.weather.send_modify(|weather| weather.delay = delay);
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, upstream: SocketAddr, weather: watch::Receiver<Weather>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if weather.borrow().is_open && connections.len() < CONNECTIONS_MAX {
            connections.spawn(carry(stream, upstream, weather.clone()));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it leads to a server of the test, on loopback")]
async fn carry(near: TcpStream, upstream: SocketAddr, weather: watch::Receiver<Weather>) {
    let cuts = weather.borrow().cuts;
    let Ok(far) = TcpStream::connect(upstream).await else { return };
    // Small messages go back and forth: none may wait for company. A socket that refuses that is slower, not wrong.
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let mut ending = weather.clone();
    tokio::select! {
        _ = ending.wait_for(|weather| weather.cuts != cuts) => {}
        () = pump(near_in, far_out, weather.clone()) => {}
        () = pump(far_in, near_out, weather.clone()) => {}
    }
}

/// Carries one direction until one of its sides ends.
async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut weather: watch::Receiver<Weather>) {
    let mut buffer = vec![0_u8; BUFFER_BYTES];
    loop {
        let read = match from.read(&mut buffer).await {
            Ok(read) if read > 0 => read,
            _ => return,
        };
        let Ok(now) = weather.wait_for(|weather| !weather.is_frozen).await.map(|weather| *weather) else {
            return;
        };
        if !now.delay.is_zero() {
            tokio::time::sleep(now.delay).await;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
