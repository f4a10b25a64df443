//! The way to the developer's application: each request as the provider sent it, over a connection of its own.
//!
//! A connection of its own, because one that is used again may turn out closed after the request was written, and then
//! nobody knows whether the application has acted on it. A request is sent again only when it cannot have arrived.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hooktide_destinations::guard::EndpointUrl;
use hooktide_destinations::kinds::http::{FailureKind, HttpRequest, HttpShared, HttpSlot};
use hooktide_destinations::{is_of_the_connection, named_by_connection};
use hooktide_pipeline::{HOPS, hops_of};
use http::header::CONNECTION;
use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

use super::event::Event;
use super::server::Connections;
use crate::failure::Failure;

/// The first pause between two tries, and the longest.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// The application.
pub(crate) struct Application {
    url: EndpointUrl,
    shared: Arc<HttpShared>,
    /// For one request, from the connection to the last byte of the answer.
    timeout: Duration,
    /// How long one that is down is waited for.
    patience: Duration,
}

/// What became of a request.
pub(super) enum Taken {
    /// The application answered with that status after so long.
    Answered(u16, Duration),
    /// It did not; why.
    Not(String),
}

impl Application {
    /// The application behind a URL.
    ///
    /// # Errors
    /// When it is no URL.
    pub(crate) fn new(
        connections: &Connections,
        url: &str,
        timeout: Duration,
        patience: Duration,
    ) -> Result<Self, Failure> {
        let parsed = EndpointUrl::parse(url, &connections.policy).map_err(|error| {
            Failure::usage(format!("--forward {url}: {error}"), "write it as in http://localhost:3000/hook")
        })?;
        Ok(Self { url: parsed, shared: Arc::clone(&connections.application), timeout, patience })
    }

    /// Hand a request over; one that is down is waited for.
    pub(super) async fn take(&self, event: &Event, body: Bytes) -> Taken {
        let target = target(self.url.target(), &event.path);
        let Some(url) = self.url.with_target(&target) else {
            return Taken::Not("the path that the provider used cannot be sent on".to_owned());
        };
        let request = HttpRequest {
            method: event.method.clone(),
            url: Arc::new(url),
            headers: sent_on(&event.headers),
            body,
            timeout: self.timeout,
        };
        let until = Instant::now() + self.patience;
        let mut pause = PAUSE_MIN;
        loop {
            let exchange = HttpSlot::new(Arc::clone(&self.shared)).send(&request).await;
            let failure = match exchange.outcome {
                Ok(response) => return Taken::Answered(response.status, exchange.duration),
                Err(failure) => failure,
            };
            let is_down = matches!(failure.kind, FailureKind::Connect | FailureKind::Dns)
                || failure.kind == FailureKind::Timeout && !exchange.was_sent;
            if !is_down || Instant::now() + pause > until {
                return Taken::Not(failure.detail);
            }
            if pause == PAUSE_MIN {
                eprintln!("the application is not there ({}); waiting for it", failure.detail);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }
}

/// What followed the source's URL, behind the application's.
fn target(base: &http::Uri, rest: &str) -> String {
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let own = match path.is_empty() {
        true => base.path(),
        false => base.path().strip_suffix('/').unwrap_or(base.path()),
    };
    let queries: Vec<&str> = [base.query(), query].into_iter().flatten().collect();
    match queries.is_empty() {
        true => format!("{own}{path}"),
        false => format!("{own}{path}?{}", queries.join("&")),
    }
}

/// The provider's headers without those of its connection; and how far the event has come, so that a loop ends.
fn sent_on(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(named_by_connection)
        .collect();
    let mut sent = HeaderMap::with_capacity(headers.len() + 1);
    for (name, value) in headers {
        let is_end_to_end =
            !is_of_the_connection(name.as_str()) && !named.iter().any(|one| one == name.as_str());
        if is_end_to_end && *name != HOPS {
            sent.append(name, value.clone());
        }
    }
    sent.insert(HOPS, HeaderValue::from(u16::from(hops_of(headers))));
    sent
}

#[cfg(test)]
mod tests;
