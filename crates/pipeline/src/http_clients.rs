//! The clients of HTTP endpoints with options, kept while their configuration stays the same: an endpoint is read again
//! after every edit of anything, and that must cost neither its token nor its receiver's consent.
//!
//! Used by `subscriber`. Bounded; what is forgotten is made anew. Holds credentials: never printed.

use std::sync::Arc;

use hooktide_destinations::kinds::http::{HttpClient, HttpOptions, HttpShared};
use hooktide_model::{Endpoint, EndpointDestination, Seq};
use quick_cache::sync::Cache;

/// Clients kept at most.
const CLIENTS_MAX: usize = 1_000;

/// The bounded cache.
pub(crate) struct HttpClients(Cache<Seq, Arc<Known>>);

struct Known {
    url: String,
    destination: EndpointDestination,
    client: Arc<HttpClient>,
}

impl HttpClients {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CLIENTS_MAX))
    }

    /// The client of this endpoint, if it was made for the same URL and destination.
    pub(crate) fn find(&self, endpoint: &Endpoint) -> Option<Arc<HttpClient>> {
        let known = self.0.get(&endpoint.id.seq())?;
        let is_same = known.url == endpoint.url && Some(&known.destination) == endpoint.destination.as_ref();
        is_same.then(|| Arc::clone(&known.client))
    }

    /// The endpoint has no options any more: neither shall its credentials stay in memory.
    pub(crate) fn forget(&self, endpoint: Seq) {
        self.0.remove(&endpoint);
    }

    /// A new client for this endpoint.
    pub(crate) fn make(
        &self,
        endpoint: &Endpoint,
        options: Arc<HttpOptions>,
        http: &Arc<HttpShared>,
    ) -> Result<Arc<HttpClient>, String> {
        let client = HttpClient::new(options, http).map_err(|error| error.to_string())?;
        let client = Arc::new(client);
        if let Some(destination) = endpoint.destination.clone() {
            let (url, client) = (endpoint.url.clone(), Arc::clone(&client));
            self.0.insert(endpoint.id.seq(), Arc::new(Known { url, destination, client }));
        }
        Ok(client)
    }
}
