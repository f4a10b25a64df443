//! An endpoint ready to be delivered to: configuration parsed once, not per delivery.
//!
//! Built by `slot` when a lane has none; dropped when configuration changes. Holds signing keys: never printed.

use std::sync::Arc;

use hooktide_destinations::check_custom_header;
use hooktide_destinations::guard::EndpointUrl;
use hooktide_destinations::kinds::KINDS;
use hooktide_destinations::kinds::message::MessageOptions;
use hooktide_destinations::seam::{Checked, Gathering, Opener, Policy};
use hooktide_model::{Application, Endpoint, EndpointDestination, Seq, Timestamp};
use hooktide_verify::{Rule, SigningKey};
use http::HeaderMap;

use crate::engine::Engine;
use crate::tailor::ClientTarget;
use crate::throttle::Throttle;
use crate::transform::Script;

/// Where an endpoint delivers to.
pub(crate) enum Target {
    /// An HTTP server, or why it is refused now; so is an endpoint whose destination is refused.
    Http(Result<Arc<EndpointUrl>, String>),
    /// An HTTP server, with options.
    Client(ClientTarget),
    /// An application of this server.
    Message(Arc<MessageOptions>),
    /// Something else.
    Kind(Arc<KindTarget>),
}

/// A destination of another kind than HTTP.
pub(crate) struct KindTarget {
    /// What was configured.
    pub(crate) destination: EndpointDestination,
    /// What it is opened with.
    pub(crate) opener: Opener,
}

impl Target {
    fn of(endpoint: &Endpoint, engine: &Engine) -> Self {
        match &endpoint.destination {
            None => {
                engine.http_clients.forget(endpoint.id.seq());
                Self::Http(url(endpoint, engine))
            }
            Some(destination) => {
                Self::with(endpoint, destination, engine).unwrap_or_else(|refusal| Self::Http(Err(refusal)))
            }
        }
    }

    fn with(endpoint: &Endpoint, destination: &EndpointDestination, engine: &Engine) -> Result<Self, String> {
        if let Some(client) = engine.http_clients.find(endpoint) {
            return Ok(Self::Client(ClientTarget { url: url(endpoint, engine)?, client }));
        }
        Ok(match check(destination, &engine.destinations.policy)? {
            Checked::Destination(opener) => {
                let destination = destination.clone();
                Self::Kind(Arc::new(KindTarget { destination, opener }))
            }
            Checked::Http(options) => {
                let url = url(endpoint, engine)?;
                let client = engine.http_clients.make(endpoint, options, &engine.http)?;
                Self::Client(ClientTarget { url, client })
            }
            Checked::Message(options) => Self::Message(options),
        })
    }
}

fn url(endpoint: &Endpoint, engine: &Engine) -> Result<Arc<EndpointUrl>, String> {
    let url = EndpointUrl::parse(&endpoint.url, &engine.destinations.policy.guard);
    url.map(Arc::new).map_err(|refusal| refusal.to_string())
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
    /// Whether a source owns the application, so that messages have an original request. Known of endpoints with a
    /// destination only: no other asks.
    pub(crate) is_of_source: bool,
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
        engine: &Engine,
        is_of_source: bool,
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
            target: Target::of(endpoint, engine),
            is_of_source,
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

    /// Where deliveries go many at once, and how they are gathered.
    pub(crate) fn gathering(&self) -> Option<(&Arc<KindTarget>, &Gathering)> {
        match &self.target {
            Target::Kind(target) => target.opener.gathering().map(|gathering| (target, gathering)),
            _ => None,
        }
    }

    /// The keys that sign at `now`, the current one first.
    pub(crate) fn keys_at(&self, now: Timestamp) -> &[SigningKey] {
        let valid =
            self.key_expiries.partition_point(|expires_at| expires_at.is_none_or(|expiry| now < expiry));
        &self.keys[..valid]
    }
}
