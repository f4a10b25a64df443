//! From a configuration to a running server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use hooktide_api::{ApiLimits, ApiParts, ApiState, ReceiveOptions, TokenKeys};
use hooktide_config::{Config, HeaderNames, SignatureType};
use hooktide_destinations::guard::{GuardPolicy, SystemResolver};
use hooktide_destinations::kinds::http::{HttpConfig, HttpLimits, HttpShared};
use hooktide_destinations::seam::{Policy, Shared, SharedConfig};
use hooktide_model::clock::SystemClock;
use hooktide_model::{Clock, RetrySchedule};
use hooktide_pipeline::{FetchLimits, Pipeline, PipelineConfig};
use hooktide_store::Store;
use hooktide_verify::KeyKind;
use http::HeaderValue;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::store::{dedupe_window, open_store};
use super::threads::DeliveryThreads;
use super::{files, jwt_secret, meter};
use crate::failure::Failure;
use crate::random;

/// A server whose parts are up.
pub(crate) struct Server {
    pub(crate) config: Config,
    pub(crate) address: SocketAddr,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) tokens: TokenKeys,
    pub(crate) clock: Arc<dyn Clock>,
    pub(super) listener: TcpListener,
    pub(super) state: ApiState,
    pub(super) draining: Arc<AtomicBool>,
    /// Holds the reason once the store has failed for good.
    pub(super) fatal: watch::Receiver<Option<String>>,
    pub(super) threads: DeliveryThreads,
}

impl Server {
    /// Open the store, start the flow, and bind the address, in this order: whoever can connect can be served.
    pub(crate) async fn start(config: Config) -> Result<Self, Failure> {
        let connections_max = files::raise_limit();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let metrics = if config.metrics.enabled { Some(meter::install()?) } else { None };
        if let Some(metrics) = &metrics {
            tokio::spawn(meter::keep_up(metrics.clone()));
        }
        let (fatal_sender, fatal) = watch::channel(None);
        let store = open_store(&config, Arc::clone(&clock), fatal_sender).await?;
        let listener = bind(config.listen).await?;
        let address =
            listener.local_addr().map_err(|error| Failure::caused("cannot read the address", &error, ""))?;
        let guard = GuardPolicy {
            allow_subnets: config.delivery.allow_subnets.clone(),
            https_only: config.delivery.https_only,
            own_addresses: vec![address],
            allow_own: false,
        };
        let policy = Policy {
            guard,
            files_root: config.destinations.files_root.clone(),
            commands: config.destinations.commands.clone(),
        };
        let outbound = outbound(&config, &policy, &clock)?;
        let flow = pipeline_config(&config, connections_max, address);
        let threads = DeliveryThreads::start()?;
        let starting = Pipeline::start(
            Arc::clone(&store),
            outbound,
            Arc::clone(&clock),
            flow,
            seed()?,
            threads.handle(),
        );
        let pipeline =
            starting.await.map_err(|error| Failure::caused("cannot read the schedule", &error, ""))?;
        let pipeline = Arc::new(pipeline);
        let tokens = TokenKeys::new(jwt_secret(&config)?.expose().as_bytes());
        let draining = Arc::new(AtomicBool::new(false));
        let state = ApiState::new(ApiParts {
            store: Arc::clone(&store),
            pipeline: Arc::clone(&pipeline),
            tokens: tokens.clone(),
            public_url: format!("http://{address}"),
            receive: receive(&config, address),
            destinations: Arc::new(policy),
            limits: limits(&config),
            signature_kind: match config.delivery.signature_type {
                SignatureType::Hmac256 => KeyKind::Hmac256,
                SignatureType::Ed25519 => KeyKind::Ed25519,
            },
            clock: Arc::clone(&clock),
            random: Arc::new(|bytes| random::fill(bytes).expect("the operating system has randomness")),
            metrics: meter::renderer(metrics),
            draining: Arc::clone(&draining),
        });
        Ok(Self {
            config,
            address,
            store,
            pipeline,
            tokens,
            clock,
            listener,
            state,
            draining,
            fatal,
            threads,
        })
    }
}

async fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|error| {
        let help = if error.kind() == std::io::ErrorKind::AddrInUse {
            "something else listens there: choose another with `--listen 127.0.0.1:0` or HOOKTIDE_LISTEN"
        } else {
            "choose another address with `--listen` or HOOKTIDE_LISTEN"
        };
        Failure::caused(&format!("cannot listen on {listen}"), &error, help)
    })
}

/// What HTTP endpoints share, and what those of the other kinds share.
fn outbound(
    config: &Config,
    policy: &Policy,
    clock: &Arc<dyn Clock>,
) -> Result<(Arc<HttpShared>, Arc<Shared>), Failure> {
    let extra_roots = match &config.delivery.extra_ca_file {
        None => Vec::new(),
        Some(path) => hooktide_destinations::kinds::http::read_certificates(path).map_err(|error| {
            Failure::caused("cannot read delivery.extra_ca_file", &error, "it must hold PEM certificates")
        })?,
    };
    let resolver = Arc::new(resolver(&config.delivery.dns_servers)?);
    let mut shared = SharedConfig::new(policy.clone(), resolver.clone());
    shared.extra_roots.clone_from(&extra_roots);
    shared.commands_max = config.destinations.commands_max;
    shared.clock = Arc::clone(clock);
    let shared = Shared::new(shared)
        .map_err(|error| Failure::caused("cannot prepare connections of destinations", &error, ""))?;
    let (policy, limits) = (policy.guard.clone(), HttpLimits::default());
    let http = HttpShared::new(HttpConfig { policy, resolver, extra_roots, limits })
        .map_err(|error| Failure::caused("cannot prepare outbound connections", &error, ""))?;
    Ok((Arc::new(http), Arc::new(shared)))
}

/// Who is asked for the addresses of names.
fn resolver(dns_servers: &[SocketAddr]) -> Result<SystemResolver, Failure> {
    if dns_servers.is_empty() {
        return Ok(SystemResolver::from_system());
    }
    SystemResolver::from_name_servers(dns_servers)
        .map_err(|error| Failure::caused("cannot use delivery.dns_servers", &error, "check the addresses"))
}

/// The server as others see it.
fn public_url(config: &Config, address: SocketAddr) -> String {
    config.receive.public_url.clone().unwrap_or_else(|| format!("http://{address}"))
}

/// The host of a URL.
fn origin(public_url: &str) -> HeaderValue {
    let host = url::Url::parse(public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.and_then(|host| HeaderValue::try_from(host).ok());
    host.unwrap_or(HeaderValue::from_static("localhost"))
}

fn pipeline_config(config: &Config, connections_max: usize, address: SocketAddr) -> PipelineConfig {
    let public_url = public_url(config, address);
    let delivery = &config.delivery;
    PipelineConfig {
        retry_schedule: RetrySchedule::new(delivery.retry_schedule.clone(), delivery.jitter),
        timeout: delivery.timeout,
        disable_after: delivery.disable_after,
        concurrency: delivery.concurrency,
        connections_max,
        lane_capacity: delivery.lane_capacity,
        memory_bytes_max: usize::try_from(delivery.memory_bytes_max).unwrap_or(usize::MAX),
        webhook_headers: delivery.headers != HeaderNames::Svix,
        svix_headers: delivery.headers != HeaderNames::Webhook,
        origin: origin(&public_url),
        public_url,
        fetch: FetchLimits {
            body_bytes_max: usize::try_from(config.receive.body_bytes_max).unwrap_or(usize::MAX),
            payload_retention: ApiLimits::default().payload_retention,
            dedupe_window: dedupe_window(config),
        },
    }
}

fn limits(config: &Config) -> ApiLimits {
    let body_bytes_max = usize::try_from(config.api.body_bytes_max).unwrap_or(usize::MAX);
    let payload_bytes_max = usize::try_from(config.messages.payload_bytes_max).unwrap_or(usize::MAX);
    ApiLimits { body_bytes_max, payload_bytes_max, ..ApiLimits::default() }
}

fn receive(config: &Config, address: SocketAddr) -> ReceiveOptions {
    let own = &config.receive.public_url;
    ReceiveOptions {
        body_bytes_max: usize::try_from(config.receive.body_bytes_max).unwrap_or(usize::MAX),
        public_url: public_url(config, address),
        public_url_is_set: own.is_some(),
        trusted_proxies: config.receive.trusted_proxies.clone(),
    }
}

fn seed() -> Result<u64, Failure> {
    let mut bytes = [0; 8];
    random::fill(&mut bytes).map_err(|error| Failure::caused("cannot get randomness", &error, ""))?;
    Ok(u64::from_le_bytes(bytes))
}
