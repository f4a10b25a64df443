//! An endpoint ready to be delivered to: configuration parsed once, not per delivery.
//!
//! Built by `slot` when a lane has none; dropped when configuration changes. Holds signing keys: never printed.

use std::sync::Arc;

use hooktide_destinations::check_custom_header;
use hooktide_destinations::guard::{EndpointUrl, GuardPolicy};
use hooktide_model::{Application, Endpoint, Seq, Timestamp};
use hooktide_verify::SigningKey;
use http::HeaderMap;

use crate::throttle::Throttle;

/// A parsed endpoint.
pub(crate) struct Subscriber {
    /// The application it belongs to.
    pub(crate) application: Application,
    /// The endpoint's key.
    pub(crate) endpoint: Seq,
    /// Where to deliver, or why that is refused now.
    pub(crate) url: Result<Arc<EndpointUrl>, String>,
    /// The url as configured, for the attempt.
    pub(crate) url_text: Arc<str>,
    /// The endpoint's own headers.
    pub(crate) headers: HeaderMap,
    /// Whether deliveries are off.
    pub(crate) disabled: bool,
    /// Since when every delivery that ended has failed.
    pub(crate) failing_since: Option<Timestamp>,
    /// Limits that apply, the application's first.
    pub(crate) throttles: Vec<Arc<Throttle>>,
    /// Those that stay valid longest first, so that the valid ones are always a prefix.
    keys: Vec<SigningKey>,
    key_expiries: Vec<Option<Timestamp>>,
}

impl Subscriber {
    /// Parse a stored endpoint.
    pub(crate) fn new(
        endpoint: &Endpoint,
        application: Application,
        policy: &GuardPolicy,
        throttles: Vec<Arc<Throttle>>,
    ) -> Self {
        let url =
            EndpointUrl::parse(&endpoint.url, policy).map(Arc::new).map_err(|refusal| refusal.to_string());
        let headers = endpoint
            .headers
            .iter()
            .filter_map(|(name, value)| check_custom_header(name, value).ok())
            .collect();
        let mut keys: Vec<_> = endpoint
            .secrets
            .iter()
            .filter_map(|secret| SigningKey::parse(&secret.secret).ok().map(|key| (key, secret.expires_at)))
            .collect();
        keys.sort_by_key(|(_, expires_at)| std::cmp::Reverse(expires_at.unwrap_or(Timestamp::MAX)));
        let (keys, key_expiries) = keys.into_iter().unzip();
        Self {
            endpoint: endpoint.id.seq(),
            url,
            url_text: Arc::from(endpoint.url.as_str()),
            headers,
            disabled: endpoint.disabled,
            failing_since: endpoint.failing_since,
            throttles,
            keys,
            key_expiries,
            application,
        }
    }

    /// The keys that sign at `now`, the current one first.
    pub(crate) fn keys_at(&self, now: Timestamp) -> &[SigningKey] {
        let valid =
            self.key_expiries.partition_point(|expires_at| expires_at.is_none_or(|expiry| now < expiry));
        &self.keys[..valid]
    }
}
