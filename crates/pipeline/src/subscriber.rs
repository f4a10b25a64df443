//! An endpoint ready to be delivered to: configuration parsed once, not per delivery.
//!
//! Built by `slot` when a lane has none; dropped when configuration changes. Holds signing keys: never printed.

use std::sync::Arc;

use hooktide_destinations::check_custom_header;
use hooktide_destinations::guard::EndpointUrl;
use hooktide_destinations::kinds::KINDS;
use hooktide_destinations::seam::{Checked, Policy};
use hooktide_model::{Application, Endpoint, EndpointDestination, EndpointId, Seq, Timestamp};
use hooktide_verify::{Rule, SigningKey};
use http::HeaderMap;

use crate::throttle::Throttle;
use crate::transform::Script;

/// Where an endpoint delivers to.
pub(crate) enum Target {
    /// An HTTP server, or why it is refused now.
    Http(Result<Arc<EndpointUrl>, String>),
    /// Something else.
    Kind(Arc<KindTarget>),
}

/// A destination of another kind than HTTP.
pub(crate) struct KindTarget {
    /// The endpoint's public id.
    pub(crate) endpoint: EndpointId,
    /// What was configured.
    pub(crate) destination: EndpointDestination,
    /// What it is opened with, or why it is refused now.
    pub(crate) checked: Result<Checked, String>,
}

impl Target {
    fn of(endpoint: &Endpoint, policy: &Policy) -> Self {
        let Some(destination) = endpoint.destination.clone() else {
            let url = EndpointUrl::parse(&endpoint.url, &policy.guard);
            return Self::Http(url.map(Arc::new).map_err(|refusal| refusal.to_string()));
        };
        let checked = check(&destination, policy);
        Self::Kind(Arc::new(KindTarget { endpoint: endpoint.id, destination, checked }))
    }
}

/// Check a stored configuration again: what the operator allows may have changed since it was saved.
fn check(destination: &EndpointDestination, policy: &Policy) -> Result<Checked, String> {
    let kind = KINDS.iter().find(|kind| kind.name == destination.kind).and_then(|kind| kind.seam);
    let seam = kind.ok_or_else(|| format!("this server has no destination kind `{}`", destination.kind))?;
    (seam.check)(&destination.config, policy).map_err(|mistakes| {
        let told = mistakes.iter().map(|one| format!("{} {}; {}", one.path, one.what, one.mend));
        format!("the destination's configuration is refused: {}", told.collect::<Vec<_>>().join("; "))
    })
}

/// A parsed endpoint.
pub(crate) struct Subscriber {
    /// The application it belongs to.
    pub(crate) application: Application,
    /// The endpoint's key.
    pub(crate) endpoint: Seq,
    /// Where to deliver.
    pub(crate) target: Target,
    /// The url as configured, or what may be shown of another destination: for the attempt.
    pub(crate) url_text: Arc<str>,
    /// The endpoint's own headers.
    pub(crate) headers: HeaderMap,
    /// What changes a message before it is sent.
    pub(crate) script: Option<Script>,
    /// Whether deliveries are off.
    pub(crate) disabled: bool,
    /// What the deliveries that are kept in order have in common.
    pub(crate) order: Option<Rule>,
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
        policy: &Policy,
        throttles: Vec<Arc<Throttle>>,
    ) -> Self {
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
            target: Target::of(endpoint, policy),
            url_text: Arc::from(endpoint.url.as_str()),
            headers,
            script: Script::of(endpoint.transformation.as_ref()),
            disabled: endpoint.disabled,
            order: endpoint.ordering_key.clone().map(|pointer| Rule::Body(pointer.into())),
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
