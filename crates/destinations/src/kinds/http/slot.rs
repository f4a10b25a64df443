//! The slot: one concurrency slot of one endpoint's lane, with at most one connection.
//!
//! Called by the pipeline's deliver step: `send` for each job, `idle` while waiting for the next one. The connection
//! is taken out of the slot for the length of an exchange and put back only when the exchange ended cleanly, so a
//! cancelled or timed-out `send` can never leave half an answer for the next one.

use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use super::connection::Connection;
use super::exchange::{Exchange, HttpRequest, HttpResponse, SendFailure};
use super::failure::{self, Progress, RoundTripError};
use super::shared::HttpShared;

/// Sends requests one after the other over a connection of its own.
pub struct HttpSlot {
    shared: Arc<HttpShared>,
    connection: Option<Connection>,
    idle_since: Instant,
    /// Registered once and moved only when it rings, so that a busy slot never touches it.
    idle_timer: Option<Pin<Box<Sleep>>>,
}

impl HttpSlot {
    /// A slot without a connection; nothing happens before the first `send`.
    #[must_use]
    pub fn new(shared: Arc<HttpShared>) -> Self {
        Self { shared, connection: None, idle_since: Instant::now(), idle_timer: None }
    }

    /// Sends a request and waits for the whole answer, within the request's timeout.
    ///
    /// Uses the slot's connection when it leads to the same origin, or opens one. When a *reused* connection turns out
    /// closed before any byte of an answer, the request is sent once more on a fresh connection within the same
    /// deadline; nothing else is ever repeated.
    pub async fn send(&mut self, request: &HttpRequest) -> Exchange {
        let started = Instant::now();
        let deadline = started + request.timeout;
        let mut progress = Progress::default();
        let outcome = match timeout_at(deadline, self.exchange(request, deadline, &mut progress)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(failure::timed_out(request.timeout, &progress)),
        };
        self.idle_since = Instant::now();
        Exchange {
            outcome,
            duration: self.idle_since - started,
            remote: progress.remote,
            was_sent: progress.was_sent(),
        }
    }

    /// Resolves when the slot's connection ended: closed by the peer, or idle for too long. Without a connection it
    /// never resolves. Poll it while waiting for the next job; dropping it loses nothing.
    pub async fn idle(&mut self) {
        if self.connection.is_none() {
            pending::<()>().await;
        }
        poll_fn(|cx| self.poll_idle_end(cx)).await;
        self.close_idle();
    }

    /// Makes connections with `shared` from now on. One that was made with other trust or another identity is closed: it
    /// must not carry this one's requests.
    pub fn serve(&mut self, shared: &Arc<HttpShared>) {
        if !Arc::ptr_eq(&self.shared, shared) {
            self.close_idle();
            self.shared = Arc::clone(shared);
        }
    }

    /// Closes the connection, if there is one.
    pub fn close_idle(&mut self) {
        self.connection = None;
        self.idle_timer = None;
    }

    /// Whether the slot holds a connection.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    async fn exchange(
        &mut self,
        request: &HttpRequest,
        deadline: Instant,
        progress: &mut Progress,
    ) -> Result<HttpResponse, SendFailure> {
        if let Some(mut reused) = self.connection.take()
            && reused.fits(&request.url)
        {
            match self.round_trip(&mut reused, request, progress).await {
                Ok(response) => return Ok(self.keep(reused, response).await),
                Err(error) if error.is_closed() && !reused.has_received() => {}
                Err(error) => return Err(failure::round_trip(&error, reused.remote())),
            }
        }
        let mut fresh = Connection::open(&self.shared, &request.url, deadline, progress).await?;
        match self.round_trip(&mut fresh, request, progress).await {
            Ok(response) => Ok(self.keep(fresh, response).await),
            Err(error) => Err(failure::round_trip(&error, fresh.remote())),
        }
    }

    async fn round_trip(
        &self,
        connection: &mut Connection,
        request: &HttpRequest,
        progress: &mut Progress,
    ) -> Result<HttpResponse, RoundTripError> {
        progress.remote = Some(connection.remote());
        connection.round_trip(request, self.shared.limits.response_body_bytes_max, &mut progress.phase).await
    }

    /// Puts a connection back when it can serve again, and closes it otherwise.
    async fn keep(&mut self, mut connection: Connection, response: HttpResponse) -> HttpResponse {
        if !response.truncated && connection.is_reusable().await {
            self.connection = Some(connection);
        }
        response
    }

    fn poll_idle_end(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(connection) = &mut self.connection else {
            return Poll::Ready(());
        };
        if connection.poll_closed(cx).is_ready() {
            return Poll::Ready(());
        }
        let limit = self.idle_since + self.shared.limits.idle_timeout;
        let timer = self.idle_timer.get_or_insert_with(|| Box::pin(sleep_until(limit)));
        while timer.as_mut().poll(cx).is_ready() {
            if Instant::now() >= limit {
                return Poll::Ready(());
            }
            timer.as_mut().reset(limit);
        }
        Poll::Pending
    }
}
