//! What a service verifies by: a scheme, its secrets, a clock, and the limits of a body.

use std::fmt;
use std::sync::Arc;

use axum_core::body::Body;
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::Rejection;
use crate::known_keys::{KnownKeys, NoKnownKeys};
use crate::provider::Provider;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::secret::{Now, Secret};
use crate::verdict::{Acceptance, Verdict};
use crate::verify::verify;

/// Largest body that is read, unless another cap is set.
pub const BODY_BYTES_MAX_DEFAULT: usize = 1024 * 1024;

/// Verifies the requests of one source. Cheap to clone; put it in the state, or give it to a layer.
#[derive(Clone)]
pub struct Verifier {
    held: Arc<Held>,
}

#[derive(Clone)]
struct Held {
    scheme: Scheme,
    secrets: Vec<Secret>,
    clock: Arc<dyn Fn() -> Now + Send + Sync>,
    known_keys: Arc<dyn KnownKeys + Send + Sync>,
    url: Option<String>,
    body_bytes_max: usize,
    refusal_status: StatusCode,
}

impl Verifier {
    /// For any scheme: bodies up to [`BODY_BYTES_MAX_DEFAULT`], 401 for a proof that fails.
    #[must_use]
    pub fn new(
        scheme: Scheme,
        secrets: Vec<Secret>,
        clock: impl Fn() -> Now + Send + Sync + 'static,
    ) -> Self {
        let held = Held {
            scheme,
            secrets,
            clock: Arc::new(clock),
            known_keys: Arc::new(NoKnownKeys),
            url: None,
            body_bytes_max: BODY_BYTES_MAX_DEFAULT,
            refusal_status: StatusCode::UNAUTHORIZED,
        };
        Self { held: Arc::new(held) }
    }

    /// For a provider of the list, with the status that it wants for a proof that fails.
    #[must_use]
    pub fn of(
        provider: &Provider,
        secrets: Vec<Secret>,
        clock: impl Fn() -> Now + Send + Sync + 'static,
    ) -> Self {
        let status = StatusCode::from_u16(provider.refusal_status).unwrap_or(StatusCode::UNAUTHORIZED);
        Self::new(provider.scheme.clone(), secrets, clock).changed(|held| held.refusal_status = status)
    }

    /// With the public URL as it was registered: for schemes that sign it.
    #[must_use]
    pub fn at_url(self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.changed(|held| held.url = Some(url))
    }

    /// With another cap on bodies.
    #[must_use]
    pub fn with_body_bytes_max(self, body_bytes_max: usize) -> Self {
        self.changed(|held| held.body_bytes_max = body_bytes_max)
    }

    /// With the fetched keys that the scheme needs. A request whose key is not there is answered 503, so that it comes
    /// again: fetch keys beforehand, or on [`Rejection::KeyNeeded`].
    #[must_use]
    pub fn with_keys(self, known_keys: Arc<dyn KnownKeys + Send + Sync>) -> Self {
        self.changed(|held| held.known_keys = known_keys)
    }

    fn changed(self, change: impl FnOnce(&mut Held)) -> Self {
        let mut held = Arc::unwrap_or_clone(self.held);
        change(&mut held);
        Self { held: Arc::new(held) }
    }

    /// Reads the body to the cap and judges the request.
    ///
    /// # Errors
    /// If the body is too large or breaks off, the proof fails, or a key is missing.
    pub async fn verify(&self, parts: &Parts, body: Body) -> Result<(Bytes, Acceptance), Rejection> {
        let body = self.read(body).await?;
        let headers: Vec<(&str, &[u8])> =
            parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let request = Request {
            method: parts.method.as_str(),
            url: self.held.url.as_deref(),
            target,
            headers: &headers,
            body: &body,
        };
        let held = &self.held;
        let verdict = verify(&held.scheme, &held.secrets, &request, (held.clock)(), &*held.known_keys);
        match verdict {
            Verdict::Accepted(acceptance) => Ok((body, acceptance)),
            Verdict::Refused(refusal) => {
                Err(Rejection::Refused { refusal, status: self.held.refusal_status })
            }
            Verdict::KeyNeeded(request) => Err(Rejection::KeyNeeded(request)),
        }
    }

    async fn read(&self, body: Body) -> Result<Bytes, Rejection> {
        #[expect(clippy::disallowed_methods, reason = "the body is limited to a named cap")]
        let collected = Limited::new(body, self.held.body_bytes_max).collect().await;
        match collected {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(Rejection::BodyTooLarge),
            Err(_) => Err(Rejection::BodyBroken),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("scheme", &self.held.scheme)
            .field("secrets", &self.held.secrets)
            .field("url", &self.held.url)
            .finish_non_exhaustive()
    }
}
