//! Consent: a CloudEvents receiver is asked whether it wants deliveries before it gets one.
//!
//! The abuse protection of "HTTP 1.1 Web Hooks for Event Delivery" 1.0: `OPTIONS` on the exact URL with
//! `webhook-request-origin`; only `webhook-allowed-origin` with the same origin or `*` is consent, whatever the status. No
//! rate is asked for, so none is granted: the endpoint's `throttleRate` limits deliveries. Called by [`super::client`].

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::exchange::{FailureKind, HttpRequest, HttpResponse, SendFailure};
use super::slot::HttpSlot;

/// How long a consent counts.
const CONSENT_AGE_MAX: Duration = Duration::from_secs(60 * 60);
/// Consents remembered for one endpoint, whose requests may go to several URLs.
const CONSENTS_MAX: usize = 64;
/// Names the server that wants to deliver; on every request after the consent too.
const REQUEST_ORIGIN: HeaderName = HeaderName::from_static("webhook-request-origin");
/// Whom the receiver allows to.
pub(super) const ALLOWED_ORIGIN: HeaderName = HeaderName::from_static("webhook-allowed-origin");

/// What the receivers of one endpoint have allowed: URL and when.
#[derive(Default)]
pub(super) struct Consents(Mutex<HashMap<String, Instant>>);

impl Consents {
    /// Ask unless the answer is known, and put the origin on the request.
    ///
    /// # Errors
    /// When the receiver does not consent, or does not answer.
    pub(super) async fn obtain(
        &self,
        slot: &mut HttpSlot,
        request: &mut HttpRequest,
        origin: &HeaderValue,
    ) -> Result<(), SendFailure> {
        if !self.is_known(request.url.as_str()) {
            let question = question(request, origin);
            let answer = slot.send(&question).await.outcome?;
            if !allows(&answer, origin) {
                return Err(refused(&answer));
            }
            self.remember(request.url.as_str());
        }
        request.headers.insert(REQUEST_ORIGIN, origin.clone());
        Ok(())
    }

    fn is_known(&self, url: &str) -> bool {
        self.0.lock().get(url).is_some_and(|at| at.elapsed() < CONSENT_AGE_MAX)
    }

    fn remember(&self, url: &str) {
        let mut consents = self.0.lock();
        consents.retain(|_, at| at.elapsed() < CONSENT_AGE_MAX);
        if consents.len() >= CONSENTS_MAX {
            consents.clear();
        }
        consents.insert(url.to_owned(), Instant::now());
    }
}

/// With the credentials of the delivery, which some receivers want for every method, but nothing of the event.
fn question(request: &HttpRequest, origin: &HeaderValue) -> HttpRequest {
    let mut headers = HeaderMap::new();
    for name in [http::header::USER_AGENT, http::header::AUTHORIZATION] {
        if let Some(value) = request.headers.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    headers.insert(REQUEST_ORIGIN, origin.clone());
    HttpRequest { method: Method::OPTIONS, headers, body: Bytes::new(), ..request.clone() }
}

fn allows(answer: &HttpResponse, origin: &HeaderValue) -> bool {
    let allowed = answer.allowed_origin.as_deref().map(<[u8]>::trim_ascii);
    allowed.is_some_and(|allowed| allowed == b"*" || allowed.eq_ignore_ascii_case(origin.as_bytes()))
}

fn refused(answer: &HttpResponse) -> SendFailure {
    let told = if answer.allowed_origin.is_some() { "for another origin" } else { "without" };
    SendFailure {
        kind: FailureKind::NoConsent,
        detail: format!(
            "the receiver has not consented, nothing was sent: it answered OPTIONS with {} {told} webhook-allowed-origin; let it \
             answer with our webhook-request-origin or *, or switch cloudevents_handshake off",
            answer.status
        ),
    }
}
