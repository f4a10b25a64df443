//! OAuth2 client credentials (RFC 6749 section 4.4): a token per endpoint, got through the guard and kept until it ends.
//!
//! Called by [`super::client`]. What must stay true: one request at a time goes to a token endpoint, and after a failure
//! none for a moment, however many deliveries wait; no secret and no token is ever part of a text.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::exchange::{FailureKind, HttpRequest, HttpResponse, SendFailure};
use super::shared::HttpShared;
use super::slot::HttpSlot;
use crate::guard::EndpointUrl;
use crate::seam::Secret;

/// For the whole exchange with the token endpoint.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(10);
/// A token that does not say how long it counts is used for so long.
const LIFETIME_UNKNOWN: Duration = Duration::from_secs(300);
/// However long a token counts, a new one is got after this time.
const LIFETIME_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// A new token is got so long before the old one ends, or a tenth of its life before when that is shorter.
const REFRESH_BEFORE_END: Duration = Duration::from_secs(60);
/// How soon the token endpoint is asked again after a failure.
const REFETCH_AFTER: Duration = Duration::from_millis(500);
/// Longest token.
const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Characters of the token endpoint's own words that an attempt shows.
const WORDS_CHARS_MAX: usize = 200;

/// Where and with what a token is got.
pub(super) struct OAuth2 {
    pub(super) token_url: Arc<EndpointUrl>,
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) scope: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) style: AuthStyle,
}

/// Where the client's id and secret are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AuthStyle {
    /// In the `authorization` header.
    Basic,
    /// In the form.
    Body,
}

/// The token of one endpoint.
#[derive(Default)]
pub(super) struct TokenCache(Mutex<State>);

#[derive(Default)]
struct State {
    token: Option<Token>,
    failed: Option<(Instant, String)>,
}

struct Token {
    /// `Bearer …`.
    header: HeaderValue,
    refresh_at: Instant,
    ends_at: Instant,
}

#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    token_type: Option<String>,
    expires_in: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Denied {
    error: String,
    error_description: Option<String>,
}

impl TokenCache {
    /// The `authorization` header of now.
    ///
    /// # Errors
    /// When there is no token and none can be got.
    pub(super) async fn header(
        &self,
        oauth2: &OAuth2,
        shared: &Arc<HttpShared>,
        deadline: Instant,
    ) -> Result<HeaderValue, SendFailure> {
        let waited = || failure("another delivery is still waiting for the token endpoint");
        let mut state = timeout_at(deadline, self.0.lock()).await.map_err(|_| waited())?;
        let now = Instant::now();
        if let Some(token) = state.token.as_ref().filter(|token| now < token.refresh_at) {
            return Ok(token.header.clone());
        }
        if let Some((at, why)) = &state.failed
            && now < *at + REFETCH_AFTER
        {
            return state.old_token().ok_or_else(|| failure(why));
        }
        match oauth2.fetch(shared, deadline).await {
            Ok(token) => {
                state.failed = None;
                Ok(state.token.insert(token).header.clone())
            }
            Err(why) => {
                let failed = failure(&why);
                state.failed = Some((Instant::now(), why));
                state.old_token().ok_or(failed)
            }
        }
    }

    /// The receiver did not take this one: the next delivery gets another.
    pub(super) async fn discard(&self, header: &HeaderValue) {
        let mut state = self.0.lock().await;
        if state.token.as_ref().is_some_and(|token| token.header == *header) {
            state.token = None;
        }
    }
}

impl State {
    /// One that was to be renewed early and still counts.
    fn old_token(&self) -> Option<HeaderValue> {
        let token = self.token.as_ref().filter(|token| Instant::now() < token.ends_at);
        token.map(|token| token.header.clone())
    }
}

impl OAuth2 {
    async fn fetch(&self, shared: &Arc<HttpShared>, deadline: Instant) -> Result<Token, String> {
        let started = Instant::now();
        let request = self.request(deadline.saturating_duration_since(started).min(TOKEN_TIMEOUT));
        let exchange = HttpSlot::new(Arc::clone(shared)).send(&request).await;
        let response =
            exchange.outcome.map_err(|error| format!("the token endpoint was not reached: {error}"))?;
        if response.status != 200 || response.truncated {
            return Err(self.refusal(&response));
        }
        self.token(&response.body, started)
    }

    fn request(&self, timeout: Duration) -> HttpRequest {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        for (name, value) in [("scope", &self.scope), ("audience", &self.audience)] {
            if let Some(value) = value {
                form.append_pair(name, value);
            }
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        match self.style {
            AuthStyle::Basic => {
                headers.insert(AUTHORIZATION, basic(&self.client_id, self.client_secret.expose()));
            }
            AuthStyle::Body => {
                form.append_pair("client_id", &self.client_id);
                form.append_pair("client_secret", self.client_secret.expose());
            }
        }
        let body = Bytes::from(form.finish());
        HttpRequest { method: Method::POST, url: Arc::clone(&self.token_url), headers, body, timeout }
    }

    fn token(&self, body: &[u8], asked_at: Instant) -> Result<Token, String> {
        let not_one = |what: &str| format!("the token endpoint answered 200 without a usable token: {what}");
        // The parser's words may quote the token.
        let granted: Granted =
            serde_json::from_slice(body).map_err(|_| not_one("it is no JSON object with an access_token"))?;
        let is_bearer = granted.token_type.as_deref().is_none_or(|name| name.eq_ignore_ascii_case("bearer"));
        if !is_bearer {
            return Err(not_one("its token_type is not Bearer"));
        }
        let text = granted.access_token.expose();
        if text.is_empty() || text.len() > TOKEN_BYTES_MAX {
            return Err(not_one("it is empty or longer than 16 KiB"));
        }
        let mut header = HeaderValue::from_str(&format!("Bearer {text}"))
            .map_err(|_| not_one("it has characters that no header can hold"))?;
        header.set_sensitive(true);
        let lifetime = lifetime(granted.expires_in.as_ref());
        let early = REFRESH_BEFORE_END.min(lifetime / 10);
        Ok(Token { header, refresh_at: asked_at + lifetime - early, ends_at: asked_at + lifetime })
    }

    fn refusal(&self, response: &HttpResponse) -> String {
        let status = response.status;
        if response.truncated {
            return format!("the token endpoint answered {status} with more than this server reads");
        }
        let words = match serde_json::from_slice::<Denied>(&response.body) {
            Ok(Denied { error, error_description: Some(more) }) => format!(": {error} ({more})"),
            Ok(Denied { error, error_description: None }) => format!(": {error}"),
            Err(_) => String::new(),
        };
        let words: String = words.chars().filter(|one| !one.is_control()).take(WORDS_CHARS_MAX).collect();
        self.client_secret.redact(format!("the token endpoint answered {status}{words}"))
    }
}

/// Seconds, as the number that the standard has or the text that some servers send.
fn lifetime(expires_in: Option<&serde_json::Value>) -> Duration {
    let seconds = expires_in.and_then(|value| match value {
        serde_json::Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64().or_else(|| other.as_f64().map(|seconds| seconds.max(0.0) as u64)),
    });
    seconds.map_or(LIFETIME_UNKNOWN, Duration::from_secs).min(LIFETIME_MAX)
}

/// Each part is encoded as in a form before the two are joined (RFC 6749 section 2.3.1).
fn basic(id: &str, secret: &str) -> HeaderValue {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
    let mut value = HeaderValue::from_str(&format!("Basic {pair}")).expect("base64 is visible ASCII");
    value.set_sensitive(true);
    value
}

fn failure(why: &str) -> SendFailure {
    SendFailure {
        kind: FailureKind::Authorization,
        detail: format!("no access token, nothing was sent: {why}"),
    }
}
