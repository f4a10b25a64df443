//! A kind whose service speaks HTTP: requests go over the slot of the `http` kind, and with it through the guard.
//!
//! What such a kind writes itself is a [`WebService`]: the request of an event, and what an answer means. Statuses mean
//! the same for all of them unless the service says otherwise.

use std::sync::Arc;
use std::time::Duration;

use hooktide_model::{Clock, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tokio::time::Instant;

use super::client::{Client, Done};
use super::fault::{Fault, Verdict};
use super::fields::ConfigMistake;
use super::parcel::Parcel;
use super::secret::Secret;
use super::shared::{Policy, Shared};
use crate::guard::{EndpointUrl, UrlRefusal};
use crate::kinds::http::{FailureKind, HttpRequest, HttpResponse, HttpSlot, SendFailure};
use crate::retry_after::parse_retry_after;

/// How much sooner than the deadline an exchange ends, so that its own words are told and not the slot's.
const MARGIN: Duration = Duration::from_millis(5);
/// Most bytes of an answer that are told.
const ANSWER_BYTES_MAX: usize = 512;
/// Sent with every request: the same for every attempt of a delivery.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");

/// One endpoint's service.
pub(crate) trait WebService: Send + Sync + 'static {
    /// What a parcel becomes before anything is connected.
    type Job: Send + Sync;

    /// As [`Client::is_repeatable`].
    const IS_REPEATABLE: bool;

    /// As [`Client::secrets`].
    fn secrets(&self) -> Vec<&Secret>;

    /// As [`Client::prepare`].
    ///
    /// # Errors
    /// An event that does not fit the configuration.
    fn prepare(&self, parcel: &Parcel) -> Result<Self::Job, Fault>;

    /// The request, at this time of day.
    ///
    /// # Errors
    /// A job that makes no request.
    fn request(&self, job: &Self::Job, now: Timestamp) -> Result<HttpRequest, Fault>;

    /// What the answer means.
    ///
    /// # Errors
    /// A refusal, with its verdict.
    fn judge(&self, job: &Self::Job, answer: &HttpResponse, now: Timestamp) -> Result<Done, Fault>;
}

/// The client of a [`WebService`].
pub(crate) struct Web<S>(pub(crate) S);

/// A slot of the `http` kind.
pub(crate) struct WebConnection {
    slot: HttpSlot,
    clock: Arc<dyn Clock>,
}

impl<S: WebService> Client for Web<S> {
    type Connection = WebConnection;
    type Job = S::Job;

    fn is_repeatable(&self) -> bool {
        S::IS_REPEATABLE
    }

    fn secrets(&self) -> Vec<&Secret> {
        self.0.secrets()
    }

    fn prepare(&self, parcel: &Parcel) -> Result<S::Job, Fault> {
        self.0.prepare(parcel)
    }

    /// Nothing is connected here: the slot does it with the first request.
    async fn connect(&self, shared: &Shared, _deadline: Instant) -> Result<WebConnection, Fault> {
        let slot = HttpSlot::new(Arc::clone(&shared.http));
        Ok(WebConnection { slot, clock: Arc::clone(&shared.clock) })
    }

    async fn act(
        &self,
        connection: &mut WebConnection,
        job: &S::Job,
        deadline: Instant,
    ) -> Result<Done, Fault> {
        let now = connection.clock.now();
        let mut request = self.0.request(job, now)?;
        request.timeout = deadline.saturating_duration_since(Instant::now()).saturating_sub(MARGIN);
        let exchange = connection.slot.send(&request).await;
        match exchange.outcome {
            Ok(answer) => self.0.judge(job, &answer, now),
            Err(failure) => Err(fault(failure, exchange.was_sent)),
        }
    }

    fn is_open(connection: &mut WebConnection) -> bool {
        connection.slot.is_connected()
    }

    async fn ended(connection: &mut WebConnection) {
        connection.slot.idle().await;
    }
}

/// A request with what every service gets to know of the event. Its timeout is set when it is sent.
///
/// # Errors
/// An id or a media type that no header can hold.
pub(crate) fn request_to(
    method: Method,
    url: Arc<EndpointUrl>,
    content_type: &str,
    parcel: &Parcel,
) -> Result<HttpRequest, Fault> {
    let mut headers = HeaderMap::new();
    for (name, text) in [
        (header::CONTENT_TYPE, content_type),
        (IDEMPOTENCY_KEY, &parcel.idempotency_key),
        (WEBHOOK_ID, &parcel.message_id),
    ] {
        let value = HeaderValue::from_str(text)
            .map_err(|_| Fault::fail(format!("the header {name} cannot be `{text}`; send another value")))?;
        headers.insert(name, value);
    }
    headers.insert(
        header::USER_AGENT,
        HeaderValue::from_static(concat!("Hooktide/", env!("CARGO_PKG_VERSION"))),
    );
    Ok(HttpRequest { method, url, headers, body: parcel.payload.clone(), timeout: parcel.timeout })
}

/// A URL of the configuration, judged by the guard.
///
/// # Errors
/// The guard's refusal, at this field.
pub(crate) fn service_url(field: &str, text: &str, policy: &Policy) -> Result<EndpointUrl, ConfigMistake> {
    EndpointUrl::parse(text, &policy.guard).map_err(|refusal| {
        let what = match refusal {
            UrlRefusal::Malformed(_) => "is not a url",
            _ => "may not be connected to",
        };
        ConfigMistake::new(field, what, refusal.to_string())
    })
}

/// What a status means where the service does not say otherwise: too many and too early pass, so does what is wrong at
/// the server; everything else that is not a success needs somebody.
///
/// # Errors
/// A status that is not a success.
pub(crate) fn judge_status(service: &str, answer: &HttpResponse, now: Timestamp) -> Result<(), Fault> {
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(());
    }
    let detail = match text_of(answer) {
        text if text.is_empty() => format!("{service} answered {status}"),
        text => format!("{service} answered {status}: {text}"),
    };
    let after = answer.retry_after.as_ref().and_then(|value| parse_retry_after(value, now.unix_s()));
    let verdict = match (status, after) {
        (408 | 425 | 429 | 500.., Some(after)) => Verdict::RetryAfter(after),
        (408 | 425 | 429 | 500.., None) => Verdict::Retry,
        _ => Verdict::Fail,
    };
    Err(Fault { verdict, code: Some(status), detail })
}

/// The start of an answer's body, in one line.
fn text_of(answer: &HttpResponse) -> String {
    let start = &answer.body[..answer.body.len().min(ANSWER_BYTES_MAX)];
    let text = String::from_utf8_lossy(start);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fault(failure: SendFailure, was_sent: bool) -> Fault {
    let detail = failure.detail;
    match failure.kind {
        FailureKind::Blocked => Fault::fail(detail),
        FailureKind::Dns | FailureKind::Connect | FailureKind::Tls | FailureKind::ResetOrClosed => {
            Fault::lost(detail)
        }
        FailureKind::Timeout if was_sent => Fault::retry(format!(
            "outcome unknown: {detail}; the next attempt carries the same idempotency key"
        )),
        FailureKind::Timeout => Fault::retry(format!("{detail}; nothing was sent")),
        FailureKind::Protocol
        | FailureKind::TooLarge
        | FailureKind::Authorization
        | FailureKind::NoConsent => Fault::retry(detail),
    }
}
