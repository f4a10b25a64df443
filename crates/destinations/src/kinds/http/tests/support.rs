//! Receivers and requests that the tests share.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::guard::{EndpointUrl, GuardPolicy, SystemResolver};
use crate::kinds::http::{Exchange, HttpConfig, HttpLimits, HttpRequest, HttpShared, HttpSlot, SendFailure};

/// Longer than any test should take; a test that waits for it fails.
pub(super) const AMPLE: Duration = Duration::from_secs(20);
/// The deadline of tests that must meet it.
pub(super) const SHORT: Duration = Duration::from_millis(150);

/// A receiver on a free loopback port that runs `serve` for each connection, numbered from 0.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub(super) async fn start<F, Served>(serve: F) -> Self
    where
        F: Fn(usize, TcpStream) -> Served + Send + 'static,
        Served: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&accepted);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(counter.fetch_add(1, Ordering::SeqCst), stream));
            }
        });
        Self { address, accepted, task }
    }

    /// Reads one request per connection, answers with `bytes` and closes.
    pub(super) async fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = Arc::new(bytes.into());
        Self::start(move |_, mut stream| {
            let bytes = Arc::clone(&bytes);
            async move {
                read_request(&mut stream).await;
                // A client that has seen enough closes early.
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    pub(super) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads a request with a content length to its end; `None` when the connection ended first.
pub(super) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text.into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

pub(super) fn policy() -> GuardPolicy {
    GuardPolicy { allow_subnets: vec!["127.0.0.0/8".parse().unwrap()], ..GuardPolicy::default() }
}

pub(super) fn shared_with(change: impl FnOnce(&mut HttpConfig)) -> Arc<HttpShared> {
    let nobody = "127.0.0.1:1".parse().unwrap();
    let mut config = HttpConfig {
        policy: policy(),
        resolver: Arc::new(SystemResolver::from_name_servers(&[nobody]).unwrap()),
        extra_roots: Vec::new(),
        limits: HttpLimits::default(),
    };
    change(&mut config);
    Arc::new(HttpShared::new(config).unwrap())
}

pub(super) fn slot() -> HttpSlot {
    HttpSlot::new(shared_with(|_| ()))
}

pub(super) fn request(url: &str, timeout: Duration) -> HttpRequest {
    HttpRequest {
        method: Method::POST,
        url: Arc::new(EndpointUrl::parse(url, &policy()).unwrap()),
        headers: HeaderMap::new(),
        body: Bytes::from_static(b"{\"n\":1}"),
        timeout,
    }
}

pub(super) async fn send_once(url: &str, timeout: Duration) -> Exchange {
    slot().send(&request(url, timeout)).await
}

/// Sends one request to a receiver that answers with `bytes`.
pub(super) async fn answer_to(bytes: impl Into<Vec<u8>>) -> Exchange {
    let receiver = Receiver::answering(bytes).await;
    send_once(&receiver.url("/"), AMPLE).await
}

pub(super) fn failure(exchange: Exchange) -> SendFailure {
    exchange.outcome.expect_err("the exchange should have failed")
}
