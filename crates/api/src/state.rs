//! What every route works with.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hooktide_destinations::seam::Policy;
use hooktide_model::id::TypedId;
use hooktide_model::{Clock, Timestamp};
use hooktide_pipeline::Pipeline;
use hooktide_store::Store;
use hooktide_verify::KeyKind;
use ipnet::IpNet;

use crate::auth::TokenKeys;

/// Fills a buffer with unpredictable bytes.
pub type RandomFill = Arc<dyn Fn(&mut [u8]) + Send + Sync>;
/// Renders the metrics as Prometheus text.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Limits that the operator sets.
#[derive(Clone, Debug)]
pub struct ApiLimits {
    /// Bytes of a request body at most.
    pub body_bytes_max: usize,
    /// Bytes of a message's payload at most.
    pub payload_bytes_max: usize,
    /// How long a payload stays readable when the publisher does not say.
    pub payload_retention: Duration,
}

impl Default for ApiLimits {
    fn default() -> Self {
        Self {
            body_bytes_max: 2 * 1024 * 1024,
            payload_bytes_max: 1024 * 1024,
            payload_retention: Duration::from_secs(90 * 24 * 60 * 60),
        }
    }
}

/// How providers' requests are received.
#[derive(Clone, Debug)]
pub struct ReceiveOptions {
    /// Bytes of a body at most, unless a source says otherwise.
    pub body_bytes_max: usize,
    /// Where providers reach this server, without a slash at the end.
    pub public_url: String,
    /// Whether the operator said so: only then is it what a provider signs.
    pub public_url_is_set: bool,
    /// Peers whose word on whom they forward for is taken.
    pub trusted_proxies: Vec<IpNet>,
}

/// The parts that the API is made of; the binary puts them together.
pub struct ApiParts {
    /// Configuration and history.
    pub store: Arc<dyn Store>,
    /// The flow.
    pub pipeline: Arc<Pipeline>,
    /// Bearer tokens.
    pub tokens: TokenKeys,
    /// Where callers reach this server, without a slash at the end: `http://127.0.0.1:8071`.
    pub public_url: String,
    /// Receiving.
    pub receive: ReceiveOptions,
    /// Where endpoints may point.
    pub destinations: Arc<Policy>,
    /// Limits.
    pub limits: ApiLimits,
    /// The scheme of a signing secret that the server makes.
    pub signature_kind: KeyKind,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for signing secrets.
    pub random: RandomFill,
    /// `/metrics`.
    pub metrics: RenderMetrics,
    /// Set when the server is stopping: `/readyz` then says so.
    pub draining: Arc<AtomicBool>,
}

/// The shared state of all routes.
#[derive(Clone)]
pub struct ApiState(Arc<ApiParts>);

impl ApiState {
    /// The state over its parts.
    #[must_use]
    pub fn new(parts: ApiParts) -> Self {
        Self(Arc::new(parts))
    }

    /// A new id, and the time that is inside it.
    #[must_use]
    pub fn new_id<I: TypedId>(&self) -> (I, Timestamp) {
        let now = self.clock.now();
        (self.store.mint().id(self.store.seqs().next(now)), now)
    }

    /// Whether the server is stopping.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed) || self.pipeline.is_draining()
    }
}

impl Deref for ApiState {
    type Target = ApiParts;

    fn deref(&self) -> &ApiParts {
        &self.0
    }
}

impl fmt::Debug for ApiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiState")
    }
}
