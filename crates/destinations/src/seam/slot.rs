//! The slot of a kind that keeps a connection: deadline, reconnecting, idle closing, and the words for each outcome.
//!
//! The connection is taken out of the slot for the length of an attempt and put back only after a confirmed answer or a
//! refusal that leaves it whole, so an attempt that is dropped or cut off never leaves half an answer for the next one.

use std::sync::Arc;
use std::time::Duration;

use std::future::pending;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::client::{Client, Done};
use super::delivered::{Delivered, Outcome, detail};
use super::destination::{BoxFuture, Destination};
use super::fault::{Fault, Verdict};
use super::parcel::Parcel;
use super::shared::Shared;

/// One concurrency slot of one endpoint.
pub struct Slot<C: Client> {
    client: Arc<C>,
    shared: Arc<Shared>,
    connection: Option<C::Connection>,
    idle_since: Instant,
}

/// How far an attempt has come; read when the deadline passes.
#[derive(Clone, Copy)]
enum Phase {
    Connecting,
    Acting,
}

impl<C: Client> Slot<C> {
    /// A slot without a connection.
    #[must_use]
    pub fn new(client: Arc<C>, shared: Arc<Shared>) -> Self {
        Self { client, shared, connection: None, idle_since: Instant::now() }
    }

    async fn deliver_within(&mut self, parcel: &Parcel) -> Delivered {
        let started = Instant::now();
        let deadline = started + parcel.timeout;
        let mut phase = Phase::Connecting;
        let outcome = match timeout_at(deadline, self.attempt(parcel, deadline, &mut phase)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(timed_out(parcel.timeout, phase)),
        };
        self.idle_since = Instant::now();
        self.report(outcome, self.idle_since - started)
    }

    async fn attempt(
        &mut self,
        parcel: &Parcel,
        deadline: Instant,
        phase: &mut Phase,
    ) -> Result<Done, Fault> {
        let job = self.client.prepare(parcel)?;
        if let Some(mut reused) = self.connection.take()
            && C::is_open(&mut reused)
        {
            *phase = Phase::Acting;
            match self.act(reused, &job, deadline).await {
                Err(fault) if fault.verdict == Verdict::Lost && self.client.is_repeatable() => {}
                outcome => return outcome,
            }
        }
        *phase = Phase::Connecting;
        let fresh = self.client.connect(&self.shared, deadline).await?;
        *phase = Phase::Acting;
        self.act(fresh, &job, deadline).await
    }

    async fn act(
        &mut self,
        mut connection: C::Connection,
        job: &C::Job,
        deadline: Instant,
    ) -> Result<Done, Fault> {
        let outcome = self.client.act(&mut connection, job, deadline).await;
        let is_lost = matches!(&outcome, Err(fault) if fault.verdict == Verdict::Lost);
        if !is_lost && C::is_open(&mut connection) {
            self.connection = Some(connection);
        }
        outcome
    }

    fn report(&self, outcome: Result<Done, Fault>, duration: Duration) -> Delivered {
        let (outcome, code, mut text) = match outcome {
            Ok(done) => (Outcome::Done, done.code, done.detail),
            Err(fault) => (outcome_of(fault.verdict), fault.code, fault.detail),
        };
        for secret in self.client.secrets() {
            text = secret.redact(text);
        }
        Delivered { outcome, code, detail: detail(text), duration }
    }

    async fn wait_until_idle_end(&mut self) {
        let Some(connection) = &mut self.connection else {
            return pending().await;
        };
        let limit = self.idle_since + self.shared.idle_timeout;
        tokio::select! {
            () = C::ended(connection) => {}
            () = sleep_until(limit) => {}
        }
        self.connection = None;
    }
}

impl<C: Client> Destination for Slot<C> {
    fn deliver<'a>(&'a mut self, parcel: &'a Parcel) -> BoxFuture<'a, Delivered> {
        Box::pin(self.deliver_within(parcel))
    }

    fn idle(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(self.wait_until_idle_end())
    }

    fn close(&mut self) {
        self.connection = None;
    }
}

fn outcome_of(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Retry | Verdict::Lost => Outcome::Retry { after: None },
        Verdict::RetryAfter(after) => Outcome::Retry { after: Some(after) },
        Verdict::Fail => Outcome::Failed,
    }
}

fn timed_out(timeout: Duration, phase: Phase) -> Fault {
    Fault::retry(match phase {
        Phase::Connecting => format!("no connection within {timeout:?}; nothing was sent"),
        Phase::Acting => format!(
            "outcome unknown: sent, but not confirmed within {timeout:?}; the next attempt carries the same idempotency key"
        ),
    })
}
