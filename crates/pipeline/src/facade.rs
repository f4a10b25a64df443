//! The pipeline as the API and the binary see it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hooktide_destinations::kinds::http::HttpShared;
use hooktide_destinations::seam::Shared;
use hooktide_model::{
    AppId, Application, Clock, EndpointId, MessageId, OrgId, RetrySchedule, Seq, TaskId, Timestamp,
};
use hooktide_store::{Accepted, Idempotency, ObjectRef, Store, StoreError};
use http::HeaderValue;
use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::dispatch::{Dispatcher, note_due};
use crate::engine::{Engine, EngineParts};
use crate::leases::Again;
use crate::{AppConfig, Catalogue, FetchLimits, Publish, PublishError, accept, feed, recover, sweep, timer};

/// The part of the time for stopping that feeds may use: they end first, so that nothing new comes in.
const FEEDS_SHARE: u32 = 2;

/// How the flow behaves.
#[derive(Clone, Debug)]
pub struct PipelineConfig {
    /// Delays between tries.
    pub retry_schedule: RetrySchedule,
    /// Over the whole exchange.
    pub timeout: Duration,
    /// An endpoint whose deliveries have all been given up for this long is disabled; `None`: never.
    pub disable_after: Option<Duration>,
    /// Requests to one endpoint at the same time.
    pub concurrency: usize,
    /// Outbound connections at the same time, over all endpoints.
    pub connections_max: usize,
    /// Deliveries waiting in memory per endpoint, for one that answers well.
    pub lane_capacity: usize,
    /// Bytes of deliveries waiting in memory over all lanes.
    pub memory_bytes_max: usize,
    /// Send `webhook-*` headers.
    pub webhook_headers: bool,
    /// Send `svix-*` headers.
    pub svix_headers: bool,
    /// The server as others see it, without a slash at the end: what CloudEvents name as their source.
    pub public_url: String,
    /// Its host, which names the server to receivers that are asked for their consent.
    pub origin: HeaderValue,
    /// What holds for sources that fetch.
    pub fetch: FetchLimits,
}

/// Why a resend was refused.
#[derive(Debug, thiserror::Error)]
pub enum ResendError {
    /// The payload was expunged or has expired.
    #[error("the payload is gone")]
    PayloadGone,
    /// The endpoint is disabled.
    #[error("the endpoint is disabled")]
    EndpointDisabled,
    /// The store's refusal.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a recovery was refused.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The endpoint is disabled.
    #[error("the endpoint is disabled")]
    EndpointDisabled,
    /// The store's refusal.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The flow of one process.
pub struct Pipeline {
    pub(crate) engine: Arc<Engine>,
}

impl Pipeline {
    /// Start the flow over an open store: listen to its commits, take up what its schedule holds.
    ///
    /// `seed` spreads retries; any random number will do. Deliveries run in `runtime`.
    ///
    /// # Errors
    /// When the schedule cannot be read.
    pub async fn start(
        store: Arc<dyn Store>,
        (http, destinations): (Arc<HttpShared>, Arc<Shared>),
        clock: Arc<dyn Clock>,
        config: PipelineConfig,
        seed: u64,
        runtime: Handle,
    ) -> Result<Self, StoreError> {
        let engine =
            Arc::new(Engine::new(EngineParts { store, clock, config, http, destinations, seed, runtime }));
        engine.store.set_listener(Arc::new(Dispatcher(Arc::downgrade(&engine))));
        for (endpoint, due) in engine.store.scheduled_endpoints().await? {
            note_due(&engine, endpoint, due);
        }
        engine.runtime.spawn(timer::run(Arc::downgrade(&engine)));
        engine.runtime.spawn(sweep::run(Arc::downgrade(&engine)));
        let feeds = Arc::clone(&engine.feeds);
        let supervisor = feed::supervise(Arc::downgrade(&engine), Arc::clone(&feeds));
        feeds.started(engine.runtime.spawn(supervisor));
        Ok(Self { engine })
    }

    /// Configuration as the flow sees it.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.engine.catalogue
    }

    /// Commit a message and start its deliveries.
    ///
    /// # Errors
    /// When it was not stored.
    pub async fn publish(&self, publish: Publish) -> Result<Accepted, PublishError> {
        accept::accept(&self.engine, publish).await
    }

    /// Try a stored message once more at one endpoint: one attempt, no retries.
    ///
    /// # Errors
    /// When it cannot be sent or was not stored. `Store(Missing)`: no such message or endpoint in the application.
    pub async fn resend(
        &self,
        app: &AppConfig,
        message: MessageId,
        endpoint: EndpointId,
        idempotency: Option<Idempotency>,
    ) -> Result<(), ResendError> {
        let store = &self.engine.store;
        let is_disabled = disabled(app, endpoint)?;
        let found = store.message(app.application.id, &ObjectRef::Id(message), true).await?;
        let found = found.ok_or(StoreError::Missing)?;
        if is_disabled {
            return Err(ResendError::EndpointDisabled);
        }
        if found.payload.is_none() {
            return Err(ResendError::PayloadGone);
        }
        let row = Again::to(&self.engine, app, endpoint).row(&self.engine, message.seq());
        store.schedule(row, idempotency).await?;
        Ok(())
    }

    /// Resend, in the background, what failed and never succeeded at an endpoint, of the messages accepted in
    /// `since ..= until`. With an idempotency key the task has the same id every time, and resends no message twice.
    ///
    /// # Errors
    /// When the endpoint is disabled; `Store(Missing)`: no such endpoint in the application.
    pub async fn recover(
        &self,
        app: &AppConfig,
        endpoint: EndpointId,
        since: Timestamp,
        until: Timestamp,
        idempotency: Option<Idempotency>,
    ) -> Result<TaskId, RecoverError> {
        if disabled(app, endpoint)? {
            return Err(RecoverError::EndpointDisabled);
        }
        let engine = Arc::clone(&self.engine);
        let task = match &idempotency {
            Some(idempotency) => recover::task_of(idempotency),
            None => engine.store.mint().id(engine.store.seqs().next(engine.clock.now())),
        };
        let again = Again::to(&self.engine, app, endpoint);
        self.engine.runtime.spawn(async move {
            match recover::recover(engine, again, since, until, idempotency).await {
                Ok(resent) => tracing::info!(%task, %endpoint, resent, "recovery scheduled"),
                Err(error) => tracing::error!(%task, %endpoint, %error, "recovery failed; ask for it again"),
            }
        });
        Ok(task)
    }

    /// An application was changed, created or deleted: pass it as it was and as it is.
    pub fn application_changed(&self, versions: &[&Application], endpoints: impl Iterator<Item = Seq>) {
        self.engine.catalogue.changed(versions);
        self.engine.lanes.forget_subscribers_of(endpoints);
    }

    /// An endpoint of that application was changed, created or deleted.
    pub fn endpoint_changed(&self, application: &Application, endpoint: Seq) {
        self.engine.catalogue.changed(&[application]);
        self.engine.lanes.forget_subscribers_of(std::iter::once(endpoint));
    }

    /// The application of that organisation with its endpoints, from memory where possible.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn app(
        &self,
        org: &OrgId,
        app: &ObjectRef<AppId>,
    ) -> Result<Option<Arc<AppConfig>>, StoreError> {
        self.engine.catalogue.app(org, app).await
    }

    /// Whether the server is ending.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.engine.is_draining()
    }

    /// Say that the server is ending: readiness turns false. Deliveries go on until [`Pipeline::stop`].
    pub fn drain(&self) {
        self.engine.draining.store(true, Ordering::Release);
    }

    /// End: let feeds settle what they hold and requests in flight finish within `grace`, then close the store. What is left is found at the next start.
    pub async fn stop(&self, grace: Duration) {
        self.drain();
        let deadline = Instant::now() + grace;
        self.engine.feeds.end(grace / FEEDS_SHARE).await;
        self.engine.lanes.close();
        if tokio::time::timeout_at(deadline, self.engine.slots_have_ended()).await.is_err() {
            tracing::warn!("some deliveries did not end in time; they are repeated at the next start");
        }
        self.engine.store.close().await;
    }
}

fn disabled(app: &AppConfig, endpoint: EndpointId) -> Result<bool, StoreError> {
    let found = app.endpoints.iter().find(|found| found.id == endpoint);
    found.map(|found| found.disabled).ok_or(StoreError::Missing)
}
