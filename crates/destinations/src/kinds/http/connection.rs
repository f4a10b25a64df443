//! One HTTP/1.1 connection: opened through the guard, driven by whoever waits on it.
//!
//! The HTTP library splits a connection into a handle that sends requests and a future that moves bytes. Usually the
//! future is spawned as a task; here the waiting side polls it, so a delivery costs no second task and no wake-up in
//! between. Dropping the connection in the middle of an exchange closes it.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::consent::ALLOWED_ORIGIN;
use super::exchange::{HttpRequest, HttpResponse, RETRY_AFTER_BYTES_MAX, SendFailure};
use super::failure::{self, Phase, Progress, RoundTripError};
use super::shared::HttpShared;
use super::stream::{Received, Stream, Transport};
use crate::guard::{EndpointUrl, dial, vet};

pub(super) struct Connection {
    url: Arc<EndpointUrl>,
    remote: SocketAddr,
    sender: http1::SendRequest<Full<Bytes>>,
    driver: Driver,
    received: Received,
}

impl Connection {
    /// Resolves, vets, dials, and shakes hands where the URL says so.
    pub(super) async fn open(
        shared: &HttpShared,
        url: &Arc<EndpointUrl>,
        deadline: Instant,
        progress: &mut Progress,
    ) -> Result<Self, SendFailure> {
        progress.phase = Phase::Resolving;
        let addresses =
            vet(&shared.policy, &*shared.resolver, url).await.map_err(|error| failure::vetting(&error))?;
        progress.phase = Phase::Connecting;
        let (stream, remote) = dial(&addresses, deadline).await.map_err(|error| {
            progress.remote = Some(error.remote);
            failure::dialling(&error)
        })?;
        progress.remote = Some(remote);
        let transport = secure(shared, url, stream, progress).await?;
        let received = Received::default();
        let io = TokioIo::new(Stream { transport, received: received.clone() });
        let (sender, future) = shared
            .http1
            .handshake(io)
            .await
            .map_err(|error| failure::round_trip(&RoundTripError::Http(error), remote))?;
        Ok(Self { url: Arc::clone(url), remote, sender, driver: Driver { future, is_done: false }, received })
    }

    pub(super) const fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Whether a request for `url` may go over this connection.
    pub(super) fn fits(&self, url: &Arc<EndpointUrl>) -> bool {
        Arc::ptr_eq(&self.url, url) || self.url.has_same_origin(url)
    }

    /// Whether the receiver has begun to answer the current request.
    pub(super) fn has_received(&self) -> bool {
        self.received.is_set()
    }

    /// Whether the next request can go over this connection. Lets the library finish what the last one left behind,
    /// without waiting for it: an unfinished request or an announced close makes the connection useless.
    pub(super) async fn is_reusable(&mut self) -> bool {
        poll_fn(|cx| {
            let closed = self.driver.poll(cx).is_ready();
            Poll::Ready(!closed && self.sender.is_ready())
        })
        .await
    }

    /// Ready when the peer has closed an idle connection, or has sent bytes that nobody asked for.
    pub(super) fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.driver.poll(cx).map(|_result| ())
    }

    /// Sends one request and reads its answer up to `body_bytes_max`.
    pub(super) async fn round_trip(
        &mut self,
        request: &HttpRequest,
        body_bytes_max: usize,
        phase: &mut Phase,
    ) -> Result<HttpResponse, RoundTripError> {
        *phase = Phase::Waiting;
        self.received.clear();
        self.driver.drive(self.sender.ready()).await??;
        let response = self.driver.drive(self.sender.send_request(outgoing(request))).await??;
        *phase = Phase::Reading(response.status().as_u16());
        judge_framing(&response)?;
        let (head, incoming) = response.into_parts();
        let (body, truncated) = self.read_body(incoming, body_bytes_max).await?;
        Ok(HttpResponse {
            status: head.status.as_u16(),
            retry_after: retry_after(&head.headers),
            allowed_origin: match request.method {
                Method::OPTIONS => allowed_origin(&head.headers),
                _ => None,
            },
            body,
            truncated,
        })
    }

    /// Reads until the end or just past the limit; the flag says that there was more.
    async fn read_body(
        &mut self,
        mut incoming: Incoming,
        bytes_max: usize,
    ) -> Result<(Bytes, bool), RoundTripError> {
        let mut body = Vec::new();
        while !incoming.is_end_stream() {
            let Some(frame) = self.driver.drive(incoming.frame()).await? else {
                break;
            };
            let Ok(data) = frame?.into_data() else { continue };
            let room = bytes_max - body.len();
            if data.len() > room {
                body.extend_from_slice(&data[..room]);
                return Ok((body.into(), true));
            }
            body.extend_from_slice(&data);
        }
        Ok((body.into(), false))
    }
}

/// The future that moves a connection's bytes, polled alongside whatever waits for them.
struct Driver {
    future: http1::Connection<TokioIo<Stream>, Full<Bytes>>,
    is_done: bool,
}

impl Driver {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        if self.is_done {
            return Poll::Ready(Ok(()));
        }
        let polled = Pin::new(&mut self.future).poll(cx);
        self.is_done = polled.is_ready();
        polled
    }

    /// Waits for `wanted` while moving bytes.
    async fn drive<F: Future>(&mut self, wanted: F) -> Result<F::Output, RoundTripError> {
        let mut wanted = pin!(wanted);
        poll_fn(|cx| {
            let driven = self.poll(cx);
            // Asked second, so that what the bytes just brought is seen in the same turn.
            if let Poll::Ready(output) = wanted.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            driven.map(|result| Err(result.err().map_or(RoundTripError::Closed, RoundTripError::Http)))
        })
        .await
    }
}

async fn secure(
    shared: &HttpShared,
    url: &EndpointUrl,
    stream: TcpStream,
    progress: &mut Progress,
) -> Result<Transport, SendFailure> {
    if !url.is_https() {
        return Ok(Transport::Plain(stream));
    }
    progress.phase = Phase::Securing;
    match shared.tls.connect(url.server_name().clone(), stream).await {
        Ok(stream) => Ok(Transport::Tls(Box::new(stream))),
        Err(error) => Err(failure::handshake(&error, progress.remote)),
    }
}

/// `Host` first, as servers and people expect it; then the caller's headers. The library adds `content-length` where
/// there is a body; servers expect it on a `POST` without one too (RFC 9110 section 8.6).
fn outgoing(request: &HttpRequest) -> Request<Full<Bytes>> {
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 2);
    headers.insert(header::HOST, request.url.host_header().clone());
    for (name, value) in &request.headers {
        let frames_the_message = matches!(
            *name,
            header::HOST | header::CONTENT_LENGTH | header::TRANSFER_ENCODING | header::CONNECTION
        );
        if !frames_the_message {
            headers.append(name, value.clone());
        }
    }
    if request.body.is_empty() && !request.method.is_safe() {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut outgoing = Request::new(Full::new(request.body.clone()));
    *outgoing.method_mut() = request.method.clone();
    *outgoing.uri_mut() = request.url.target().clone();
    *outgoing.headers_mut() = headers;
    outgoing
}

/// An answer framed in two ways at once is a smuggling attempt or a broken proxy (RFC 9112 section 6.3).
fn judge_framing(response: &Response<Incoming>) -> Result<(), RoundTripError> {
    let headers = response.headers();
    if headers.contains_key(header::TRANSFER_ENCODING) && headers.contains_key(header::CONTENT_LENGTH) {
        return Err(RoundTripError::DoubleFraming);
    }
    Ok(())
}

fn retry_after(headers: &HeaderMap) -> Option<Bytes> {
    let value = headers.get(header::RETRY_AFTER)?.as_bytes();
    (value.len() <= RETRY_AFTER_BYTES_MAX).then(|| Bytes::copy_from_slice(value))
}

fn allowed_origin(headers: &HeaderMap) -> Option<Bytes> {
    headers.get(ALLOWED_ORIGIN).map(|value| Bytes::copy_from_slice(value.as_bytes()))
}
