//! A source as the receiving flow needs it: parsed once, not per request; and what it may take and keep per time.
//!
//! Built by the catalogue, dropped when configuration changes. Holds secrets: never printed.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hooktide_destinations::feeds::{FeedKind, feed};
use hooktide_model::{Source, SourceSecret, SourceSecretUse, SourceSplit, Timestamp};
use hooktide_verify::{CustomScheme, Provider, Purpose, Rule, Scheme, Secret, Split, TokenAt, provider};
use parking_lot::Mutex;

use crate::seen::is_sensitive_name;

/// The time over which refused requests of a source are counted.
const KEEPING_WINDOW: Duration = Duration::from_secs(60 * 60);
/// Refused requests that a source keeps in that time; more are answered and counted only.
pub(crate) const REFUSED_KEPT_MAX: u32 = 500;
/// Bytes of their bodies; beyond it they are kept without.
pub(crate) const REFUSED_BYTES_MAX: usize = 8 << 20;
/// How far a caller may run ahead of the rate: so much of it at once.
const BURST: Duration = Duration::from_secs(1);

/// Stands in the place of the provider of a source that fetches. Whoever reads it is trusted: there is nothing to prove.
static FETCHED: Provider = Provider {
    name: "feed",
    title: "A feed",
    scheme: Scheme::None,
    event_type: Some(Rule::Header(Cow::Borrowed("event-type"))),
    dedupe: Rule::NOTHING,
    methods: &[],
    content_types: &[],
    ..Provider::COMMON
};

/// A parsed source.
pub struct SourceConfig {
    /// The source.
    pub source: Source,
    /// Its provider.
    pub provider: &'static Provider,
    /// Where its events are fetched from; absent where it has a door.
    pub feed: Option<&'static FeedKind>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) dedupe: Rule,
    pub(crate) event_type: Option<Rule>,
    pub(crate) split: Option<Split>,
    scheme: Cow<'static, Scheme>,
    /// Headers and parameters that carry a secret although their names do not tell.
    pub(crate) secret_names: Vec<String>,
    counts: Arc<SourceCounts>,
}

/// What is counted of a source's requests. It outlives the parsed source: configuration that is read again forgets
/// nothing.
#[derive(Default)]
pub(crate) struct SourceCounts {
    /// The rate that they are counted by.
    rate: Mutex<Option<(u16, Rate)>>,
    keeping: Mutex<Keeping>,
}

impl fmt::Debug for SourceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceConfig").field("source", &self.source).finish_non_exhaustive()
    }
}

impl SourceConfig {
    /// Parse a stored source; `None` when this program does not know its provider.
    pub(crate) fn new(source: Source, counts: Arc<SourceCounts>) -> Option<Arc<Self>> {
        let feed = source.feed.as_ref().and_then(|_| feed(&source.provider));
        let Some(provider) = provider_of(&source) else {
            tracing::error!(source = %source.id, provider = source.provider, "this version does not know the provider");
            return None;
        };
        let Some(scheme) = scheme_of(&source) else {
            tracing::error!(source = %source.id, "this version does not know the scheme");
            return None;
        };
        let settings = &source.settings;
        Some(Arc::new(Self {
            provider,
            feed,
            secret_names: secret_names(&scheme),
            scheme,
            secrets: source.secrets.iter().map(secret).collect(),
            dedupe: own_rule(settings.dedupe.as_deref()).unwrap_or_else(|| provider.dedupe.clone()),
            event_type: own_rule(settings.event_type.as_deref()).or_else(|| provider.event_type.clone()),
            split: settings.split.as_ref().and_then(|split| match split {
                SourceSplit::Provider => provider.split.clone(),
                SourceSplit::Own(text) => serde_json::from_str(text).ok(),
            }),
            counts,
            source,
        }))
    }

    /// Methods of its deliveries.
    #[must_use]
    pub fn methods(&self) -> Vec<&str> {
        match &self.source.settings.methods {
            Some(own) => own.iter().map(String::as_str).collect(),
            None => self.provider.methods.to_vec(),
        }
    }

    /// How its requests prove themselves.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Whether its rate allows another request now.
    pub(crate) fn may_take(&self, now: Timestamp) -> bool {
        let Some(rate) = self.source.settings.throttle_rate else { return true };
        let mut counted = self.counts.rate.lock();
        match &mut *counted {
            Some((known, counter)) if *known == rate => counter.take(now),
            _ => counted.insert((rate, Rate::new(rate))).1.take(now),
        }
    }

    /// How a refused request is kept.
    pub(crate) fn keep(&self, body_bytes: usize, now: Timestamp) -> Keep {
        self.counts.keeping.lock().note(body_bytes, now)
    }
}

/// How a source's requests prove themselves: its own scheme, or its provider's; `None` when this program knows neither.
#[must_use]
pub fn scheme_of(source: &Source) -> Option<Cow<'static, Scheme>> {
    let scheme = match &source.settings.scheme {
        Some(own) => serde_json::from_str::<CustomScheme>(own).ok()?.checked().ok().map(Cow::Owned),
        None => provider_of(source).map(|provider| Cow::Borrowed(&provider.scheme)),
    }?;
    let grace = source.settings.timestamp_grace_s;
    let graced = grace.and_then(|seconds| scheme.with_tolerance(u64::from(seconds)));
    Some(graced.map_or(scheme, Cow::Owned))
}

fn provider_of(source: &Source) -> Option<&'static Provider> {
    match source.feed {
        Some(_) => feed(&source.provider).map(|_| &FETCHED),
        None => provider(&source.provider),
    }
}

/// Where the scheme expects the secret itself, and not only a proof of it, under a name that does not say so.
fn secret_names(scheme: &Scheme) -> Vec<String> {
    match scheme {
        Scheme::Token(TokenAt::Header { name, .. } | TokenAt::Query(name)) if !is_sensitive_name(name) => {
            vec![name.as_ref().to_owned()]
        }
        Scheme::AnyOf(schemes) => schemes.iter().flat_map(secret_names).collect(),
        _ => Vec::new(),
    }
}

fn own_rule(text: Option<&str>) -> Option<Rule> {
    text.and_then(|text| serde_json::from_str(text).ok())
}

fn secret(stored: &SourceSecret) -> Secret {
    let purpose = match stored.purpose {
        SourceSecretUse::Signing => Purpose::Signing,
        SourceSecretUse::Challenge => Purpose::Challenge,
    };
    let mut secret = Secret::new(stored.id.clone(), stored.text.clone()).valid(stored.from_s, stored.until_s);
    secret.purpose = purpose;
    secret
}

/// Even spacing with a burst: the moment at which what was taken is paid off.
struct Rate {
    interval_us: i64,
    paid_off_us: i64,
}

impl Rate {
    fn new(rate: u16) -> Self {
        Self { interval_us: 1_000_000 / i64::from(rate.max(1)), paid_off_us: 0 }
    }

    fn take(&mut self, now: Timestamp) -> bool {
        let now_us = now.unix_ms().saturating_mul(1000);
        let burst_us = i64::try_from(BURST.as_micros()).unwrap_or(i64::MAX);
        // A clock that stepped back must not lock the source.
        self.paid_off_us = self.paid_off_us.clamp(now_us, now_us.saturating_add(burst_us));
        if self.paid_off_us - now_us + self.interval_us > burst_us {
            return false;
        }
        self.paid_off_us += self.interval_us;
        true
    }
}

/// How a refused request is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    WithBody,
    WithoutBody,
    Nothing,
}

/// What was kept in the current window.
#[derive(Default)]
struct Keeping {
    since: Option<Timestamp>,
    count: u32,
    bytes: usize,
}

impl Keeping {
    fn note(&mut self, body_bytes: usize, now: Timestamp) -> Keep {
        let is_over = self.since.is_none_or(|since| now.since(since).max(since.since(now)) >= KEEPING_WINDOW);
        if is_over {
            *self = Self { since: Some(now), count: 0, bytes: 0 };
        }
        if self.count >= REFUSED_KEPT_MAX {
            return Keep::Nothing;
        }
        self.count += 1;
        if self.bytes.saturating_add(body_bytes) > REFUSED_BYTES_MAX {
            return Keep::WithoutBody;
        }
        self.bytes += body_bytes;
        Keep::WithBody
    }
}

#[cfg(test)]
mod tests;
