//! What all slots of a server share: policy, resolver, TLS roots and sessions, limits. Built once at start.

use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http1;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use tokio_rustls::TlsConnector;

use super::tls::{self, TlsOptions};
use crate::guard::{GuardPolicy, Resolve};

/// Default of [`HttpLimits::response_body_bytes_max`].
pub const RESPONSE_BODY_BYTES_MAX: usize = 64 * 1024;
/// Most header fields in an answer.
pub const RESPONSE_HEADERS_MAX: usize = 64;
/// Most bytes of status line and headers in an answer.
pub const RESPONSE_HEADER_BYTES_MAX: usize = 32 * 1024;
/// Default of [`HttpLimits::idle_timeout`]. A TLS handshake costs as much as some thirty deliveries, so minutes.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// Limits that a configuration may change.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// Bytes of an answer's body that are read; the connection is closed when there are more.
    pub response_body_bytes_max: usize,
    /// How long a connection may wait for the next request before it is closed.
    pub idle_timeout: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { response_body_bytes_max: RESPONSE_BODY_BYTES_MAX, idle_timeout: IDLE_TIMEOUT }
    }
}

/// Ingredients of [`HttpShared`].
pub struct HttpConfig {
    /// What may be reached.
    pub policy: GuardPolicy,
    /// Looks names up.
    pub resolver: Arc<dyn Resolve>,
    /// Certificate authorities trusted beside the public ones.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Limits.
    pub limits: HttpLimits,
}

/// The TLS configuration could not be built.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    /// One of the extra roots is not a usable certificate.
    #[error("failed to use extra root certificate {position}: {source}")]
    ExtraRoot {
        /// Its place in the list, from 1.
        position: usize,
        /// Why not.
        source: rustls::Error,
    },
    /// The TLS library refused its own defaults.
    #[error("failed to set up tls: {0}")]
    Tls(#[from] rustls::Error),
}

/// Shared by all slots behind an `Arc`.
pub struct HttpShared {
    pub(super) policy: GuardPolicy,
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) tls: TlsConnector,
    roots: Arc<RootCertStore>,
    pub(super) http1: http1::Builder,
    pub(super) limits: HttpLimits,
}

impl HttpShared {
    /// Prepares TLS and the parser. Proxy variables of the environment are not read, by design.
    ///
    /// # Errors
    /// An unusable extra root.
    pub fn new(config: HttpConfig) -> Result<Self, HttpSetupError> {
        let roots = tls::roots(config.extra_roots)?;
        Ok(Self {
            policy: config.policy,
            resolver: config.resolver,
            tls: tls::connector(Arc::clone(&roots))?,
            roots,
            http1: parser(),
            limits: config.limits,
        })
    }

    /// The same for one endpoint, whose connections trust others or show a certificate of their own.
    pub(super) fn with_tls(&self, options: &TlsOptions) -> Result<Self, HttpSetupError> {
        Ok(Self {
            policy: self.policy.clone(),
            resolver: Arc::clone(&self.resolver),
            tls: options.connector(&self.roots)?,
            roots: Arc::clone(&self.roots),
            http1: self.http1.clone(),
            limits: self.limits,
        })
    }

    /// The policy that every connection is judged by.
    #[must_use]
    pub const fn policy(&self) -> &GuardPolicy {
        &self.policy
    }
}

fn parser() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .max_headers(RESPONSE_HEADERS_MAX)
        .max_header_size(RESPONSE_HEADER_BYTES_MAX)
        .max_buf_size(RESPONSE_HEADER_BYTES_MAX);
    builder
}
