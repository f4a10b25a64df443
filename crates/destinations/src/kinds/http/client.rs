//! The client of one endpoint with options: its trust and identity, its token, its receiver's consent.
//!
//! Made by the pipeline from a checked configuration and kept while that stays the same; used by all slots of the
//! endpoint's lane. The endpoints without options never come here.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use tokio::time::Instant;

use super::consent::Consents;
use super::exchange::{Exchange, FailureKind, HttpRequest, HttpResponse, SendFailure};
use super::oauth2::TokenCache;
use super::options::{Authorization, HttpOptions};
use super::shared::{HttpSetupError, HttpShared};
use super::slot::HttpSlot;

/// One endpoint's client.
pub struct HttpClient {
    options: Arc<HttpOptions>,
    /// What the endpoint's connections are made with.
    shared: Arc<HttpShared>,
    /// What the server's other connections are made with: for the token endpoint.
    common: Arc<HttpShared>,
    tokens: TokenCache,
    consents: Consents,
}

impl HttpClient {
    /// A client without a connection.
    ///
    /// # Errors
    /// When the TLS library refuses the endpoint's certificates after all.
    pub fn new(options: Arc<HttpOptions>, common: &Arc<HttpShared>) -> Result<Self, HttpSetupError> {
        let shared = match options.tls.is_usual() {
            true => Arc::clone(common),
            false => Arc::new(common.with_tls(&options.tls)?),
        };
        let common = Arc::clone(common);
        Ok(Self { options, shared, common, tokens: TokenCache::default(), consents: Consents::default() })
    }

    /// What requests are built by.
    #[must_use]
    pub fn options(&self) -> &HttpOptions {
        &self.options
    }

    /// Sends a request with the endpoint's credentials, over its own kind of connection, within the request's timeout.
    /// `origin` names this server to a receiver that is asked for its consent.
    ///
    /// A 401 to a request with a token gets a second request with a fresh one, within the same attempt: a receiver that
    /// refused the first has not acted on it.
    pub async fn send(
        &self,
        slot: &mut HttpSlot,
        mut request: HttpRequest,
        origin: &HeaderValue,
    ) -> Exchange {
        let started = Instant::now();
        let deadline = started + request.timeout;
        slot.serve(&self.shared);
        let mut last = (None, false);
        let outcome = self.attempt(slot, &mut request, (origin, deadline), &mut last).await;
        let (remote, was_sent) = last;
        Exchange { outcome, duration: started.elapsed(), remote, was_sent }
    }

    async fn attempt(
        &self,
        slot: &mut HttpSlot,
        request: &mut HttpRequest,
        (origin, deadline): (&HeaderValue, Instant),
        (remote, was_sent): &mut (Option<std::net::SocketAddr>, bool),
    ) -> Result<HttpResponse, SendFailure> {
        self.authorize(request, deadline).await?;
        if self.options.asks_first {
            shorten(request, deadline)?;
            self.consents.obtain(slot, request, origin).await?;
        }
        shorten(request, deadline)?;
        let exchange = slot.send(request).await;
        (*remote, *was_sent) = (exchange.remote, exchange.was_sent);
        let response = exchange.outcome?;
        let Some(refused) = self.refused_token(&response, request) else { return Ok(response) };
        self.tokens.discard(&refused).await;
        // Without another token, or without time, the receiver's own answer says most.
        if self.authorize(request, deadline).await.is_err()
            || request.headers.get(AUTHORIZATION) == Some(&refused)
            || shorten(request, deadline).is_err()
        {
            return Ok(response);
        }
        slot.send(request).await.outcome
    }

    async fn authorize(&self, request: &mut HttpRequest, deadline: Instant) -> Result<(), SendFailure> {
        let value = match &self.options.authorization {
            Authorization::None => return Ok(()),
            Authorization::Fixed(value) => value.clone(),
            Authorization::OAuth2(oauth2) => self.tokens.header(oauth2, &self.common, deadline).await?,
        };
        request.headers.insert(AUTHORIZATION, value);
        Ok(())
    }

    fn refused_token(&self, response: &HttpResponse, request: &HttpRequest) -> Option<HeaderValue> {
        let has_token = matches!(self.options.authorization, Authorization::OAuth2(_));
        let is_refused = has_token && response.status == StatusCode::UNAUTHORIZED.as_u16();
        if is_refused { request.headers.get(AUTHORIZATION).cloned() } else { None }
    }
}

/// What is left of the attempt's time.
fn shorten(request: &mut HttpRequest, deadline: Instant) -> Result<(), SendFailure> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        let detail = "the attempt's time ran out before the event could be sent".to_owned();
        return Err(SendFailure { kind: FailureKind::Timeout, detail });
    }
    request.timeout = left;
    Ok(())
}
