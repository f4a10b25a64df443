//! Keys and certificates that proofs need, fetched through the guard and remembered.
//!
//! What must stay true: only `https` URLs that a scheme has pinned are fetched, redirects are not followed, one fetch
//! at a time goes to a URL, and neither a failure nor a success is asked for again at once, however many requests want
//! it.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use hooktide_destinations::guard::EndpointUrl;
use hooktide_destinations::kinds::http::{HttpRequest, HttpShared, HttpSlot};
use hooktide_model::Timestamp;
use hooktide_verify::{Key, KeyRequest, KnownKeys};
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use parking_lot::Mutex;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;

/// Documents remembered at most.
const DOCUMENTS_MAX: usize = 1000;
/// How long one counts.
const AGE_MAX: Duration = Duration::from_secs(60 * 60);
/// How soon one is asked for again: after a failure, or when it lacked the key.
const REFETCH_AFTER: Duration = Duration::from_secs(10);
/// Fetches at the same time.
const FETCHES_MAX: usize = 8;
/// For the whole exchange: providers want their answer within three seconds.
const TIMEOUT: Duration = Duration::from_secs(2);
const AGENT: HeaderValue = HeaderValue::from_static(concat!("Hooktide/", env!("CARGO_PKG_VERSION")));
const ANY: HeaderValue = HeaderValue::from_static("*/*");

/// A fetched document, or that there was none.
#[derive(Clone)]
struct Document {
    bytes: Option<Bytes>,
    fetched_at: Timestamp,
    /// When it was last asked for; later than the above if that failed.
    tried_at: Timestamp,
}

impl Document {
    fn counts(&self, now: Timestamp) -> bool {
        self.bytes.is_some() && is_within(AGE_MAX, self.fetched_at, now)
    }
}

fn is_within(age: Duration, then: Timestamp, now: Timestamp) -> bool {
    now.since(then).max(then.since(now)) < age
}

/// The documents of one process.
pub(crate) struct Keys {
    documents: Cache<String, Document>,
    turns: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
    places: Semaphore,
}

/// The documents as they count at a moment.
pub(crate) struct KeysAt<'a> {
    keys: &'a Keys,
    now: Timestamp,
}

impl KnownKeys for KeysAt<'_> {
    fn find(&self, request: &KeyRequest) -> Option<Key> {
        let document = self.keys.documents.get(&request.url)?;
        let bytes = document.bytes.as_ref().filter(|_| document.counts(self.now))?;
        Some(Key { document: bytes.to_vec() })
    }
}

impl Keys {
    pub(crate) fn new() -> Self {
        Self {
            documents: Cache::new(DOCUMENTS_MAX),
            turns: Mutex::new(HashMap::new()),
            places: Semaphore::new(FETCHES_MAX),
        }
    }

    /// The documents that count now.
    pub(crate) fn at(&self, now: Timestamp) -> KeysAt<'_> {
        KeysAt { keys: self, now }
    }

    /// Make the document known; whether it is new to the caller, who saw none, or not the right one, at `now`.
    ///
    /// `load` is run at most once, and not at all when somebody else has just done it.
    pub(crate) async fn learn(
        &self,
        url: &str,
        now: Timestamp,
        load: impl Future<Output = Option<Bytes>> + Send,
    ) -> bool {
        let seen = self.fetched_at(url);
        let turn = self.turn(url);
        let _turn = turn.lock().await;
        let latest = self.documents.get(url);
        if let Some(document) = &latest
            && is_within(REFETCH_AFTER, document.tried_at, now)
        {
            return document.bytes.is_some() && Some(document.fetched_at) != seen;
        }
        let Ok(_place) = self.places.acquire().await else { return false };
        let bytes = load.await;
        let is_there = bytes.is_some();
        let document = match latest {
            // Who asks for a key that never was must not take away those that are.
            Some(held) if !is_there && held.counts(now) => Document { tried_at: now, ..held },
            _ => Document { bytes, fetched_at: now, tried_at: now },
        };
        self.documents.insert(url.to_owned(), document);
        is_there
    }

    fn fetched_at(&self, url: &str) -> Option<Timestamp> {
        self.documents.get(url).map(|document| document.fetched_at)
    }

    fn turn(&self, url: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock();
        if let Some(turn) = turns.get(url).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(tokio::sync::Mutex::new(()));
        turns.insert(url.to_owned(), Arc::downgrade(&turn));
        turn
    }
}

/// Fetch a document through the guard: whole, and with a 2xx, or not at all. Boxed: requests that need no key must not
/// carry its size.
pub(crate) fn fetch(http: Arc<HttpShared>, url: String) -> BoxFuture<'static, Option<Bytes>> {
    Box::pin(fetch_now(http, url))
}

async fn fetch_now(http: Arc<HttpShared>, url: String) -> Option<Bytes> {
    if !url.starts_with("https://") {
        return None;
    }
    let parsed = match EndpointUrl::parse(&url, http.policy()) {
        Ok(parsed) => Arc::new(parsed),
        Err(refusal) => {
            tracing::warn!(%refusal, "a key's URL is refused");
            return None;
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, ANY);
    headers.insert(USER_AGENT, AGENT);
    let request =
        HttpRequest { method: Method::GET, url: parsed, headers, body: Bytes::new(), timeout: TIMEOUT };
    match HttpSlot::new(http).send(&request).await.outcome {
        Ok(answer) if (200..300).contains(&answer.status) && !answer.truncated => Some(answer.body),
        Ok(answer) => {
            tracing::warn!(
                status = answer.status,
                truncated = answer.truncated,
                "a key could not be fetched"
            );
            None
        }
        Err(failure) => {
            tracing::warn!(%failure, "a key could not be fetched");
            None
        }
    }
}

#[cfg(test)]
mod tests;
