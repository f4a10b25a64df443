//! What all destinations of a server share. Built once at start by the binary.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hooktide_model::Clock;
use hooktide_model::clock::SystemClock;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Semaphore;

use super::path_locks::PathLocks;
use crate::guard::{GuardPolicy, Resolve};
use crate::kinds::http::{HttpConfig, HttpLimits, HttpSetupError, HttpShared};

/// Default of [`SharedConfig::idle_timeout`].
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);
/// Default of [`SharedConfig::commands_max`].
const COMMANDS_MAX: usize = 8;

/// What this server's operator allows destinations to do.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// What may be connected to.
    pub guard: GuardPolicy,
    /// The directory below which destinations may use files; without it none may.
    pub files_root: Option<PathBuf>,
    /// Absolute paths of the programs that destinations may run, as the operator wrote them; without one none may.
    pub commands: Vec<PathBuf>,
}

/// Ingredients of [`Shared`].
pub struct SharedConfig {
    /// What is allowed.
    pub policy: Policy,
    /// Looks names up.
    pub resolver: Arc<dyn Resolve>,
    /// Certificate authorities trusted beside the public ones.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// How long a connection may wait for the next parcel before it is closed.
    pub idle_timeout: Duration,
    /// Programs that all destinations together run at the same time.
    pub commands_max: usize,
    /// The time of day: signatures of requests, names of rotated files, dates in `Retry-After`.
    pub clock: Arc<dyn Clock>,
}

impl SharedConfig {
    /// The defaults around a policy and a resolver.
    #[must_use]
    pub fn new(policy: Policy, resolver: Arc<dyn Resolve>) -> Self {
        Self {
            policy,
            resolver,
            extra_roots: Vec::new(),
            idle_timeout: IDLE_TIMEOUT,
            commands_max: COMMANDS_MAX,
            clock: Arc::new(SystemClock),
        }
    }
}

/// The TLS configuration could not be built.
#[derive(Debug, thiserror::Error)]
#[error("failed to set up tls for destinations: {0}")]
pub enum SharedSetupError {
    /// For services that are not HTTP.
    Tls(#[from] rustls::Error),
    /// For services that are.
    Http(#[from] HttpSetupError),
}

/// Shared by all slots behind an `Arc`.
pub struct Shared {
    /// What is allowed.
    pub policy: Policy,
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) roots: Arc<RootCertStore>,
    pub(crate) extra_roots: Vec<CertificateDer<'static>>,
    pub(crate) idle_timeout: Duration,
    /// For kinds whose service speaks HTTP.
    pub(crate) http: Arc<HttpShared>,
    /// A permit for every program that may run now.
    pub(crate) commands: Arc<Semaphore>,
    pub(crate) commands_max: usize,
    /// Two deliveries never write to one file at the same time.
    pub(crate) path_locks: Arc<PathLocks>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Shared {
    /// Prepares TLS 1.2 and 1.3 against the public roots and the extra ones.
    ///
    /// # Errors
    /// An unusable extra root.
    pub fn new(config: SharedConfig) -> Result<Self, SharedSetupError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for root in &config.extra_roots {
            roots.add(root.clone())?;
        }
        let roots = Arc::new(roots);
        let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(Arc::clone(&roots))
            .with_no_client_auth();
        let http = HttpShared::new(HttpConfig {
            policy: config.policy.guard.clone(),
            resolver: Arc::clone(&config.resolver),
            extra_roots: config.extra_roots.clone(),
            limits: HttpLimits { idle_timeout: config.idle_timeout, ..HttpLimits::default() },
        })?;
        Ok(Self {
            policy: config.policy,
            resolver: config.resolver,
            tls: Arc::new(tls),
            roots,
            extra_roots: config.extra_roots,
            idle_timeout: config.idle_timeout,
            http: Arc::new(http),
            commands: Arc::new(Semaphore::new(config.commands_max)),
            commands_max: config.commands_max,
            path_locks: Arc::default(),
            clock: config.clock,
        })
    }
}
