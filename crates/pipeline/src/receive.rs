//! Receive: judge a provider's request, have it committed, say what to answer. Nothing is acted on here.
//!
//! What must stay true: nothing of a request is believed, and no key is looked up, before its proof was accepted;
//! whatever is refused for its content is kept, within the source's limits.

use std::sync::Arc;

use bytes::Bytes;
use hooktide_model::message::HOPS_MAX;
use hooktide_model::{MessageId, ReceiptId, Timestamp};
use hooktide_store::StoreError;
use hooktide_verify::{
    Acceptance, Answer, KeyRequest, Now, Reason, Request, Verdict, VerifyOptions, answer, dedupe_key,
    verify_with,
};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};

use crate::commit::{Part, Taken, commit, keep};
use crate::engine::Engine;
use crate::handshake::shake_hands;
use crate::hops::{HOPS, hops_after};
use crate::keys::fetch;
use crate::source::SourceConfig;
use crate::split;

/// Keys that are fetched for one request: a certificate and its issuer.
const KEYS_PER_REQUEST_MAX: usize = 2;
/// The code of a refusal of what is packed.
pub const ENCODED: &str = "unsupported_content_encoding";

/// A request as it arrived.
#[derive(Clone)]
pub struct Inbound {
    /// Upper case.
    pub method: String,
    /// Path and query after the token.
    pub target: String,
    /// The URL as the provider knows it, for schemes that sign it.
    pub url: Option<String>,
    /// Every header line, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The exact bytes; `None` when there were more than the source takes.
    pub body: Option<Bytes>,
    /// Who sent it.
    pub peer: Option<String>,
    /// When the message's payload stops being readable.
    pub payload_expires_at: Timestamp,
}

/// What to answer.
#[derive(Debug)]
pub enum Received {
    /// The answer to a handshake.
    Handshake(Answer),
    /// The provider's success: the event is durable, now or since it came before.
    Accepted {
        /// Its message.
        message: MessageId,
        /// Its receipt.
        receipt: ReceiptId,
        /// Whether it came before.
        replayed: bool,
    },
    /// The provider's success too: the same event came before with another body, and this one is kept for people.
    Conflict,
    /// Not taken.
    Refused(Refused),
}

/// Why a request was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The status.
    pub status: u16,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people. Holds nothing secret.
    pub detail: String,
    /// Where it is kept.
    pub receipt: Option<ReceiptId>,
}

impl Refused {
    pub(crate) fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), receipt: None }
    }

    /// For what went round in a loop.
    pub(crate) fn looping() -> Self {
        let detail = "this event was passed on by endpoints too often; end the loop that it goes round in";
        Self::new(508, "loop_detected", detail)
    }
}

impl Inbound {
    /// Run `look` on the request in the form that verification reads.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        look(&Request {
            method: &self.method,
            url: self.url.as_deref(),
            target: &self.target,
            headers: &headers,
            body: self.body.as_deref().unwrap_or_default(),
        })
    }

    /// How often what happened was passed on by a server like this.
    pub(crate) fn hops(&self) -> u8 {
        let value = |wanted: &str| {
            self.headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| &value[..])
        };
        hops_after(value(HOPS.as_str()), value(USER_AGENT.as_str()))
    }

    pub(crate) fn content_type(&self) -> Option<String> {
        self.look(|request| request.header_text(CONTENT_TYPE.as_str()).map(str::to_owned))
    }
}

/// Judge, commit, answer. `Err` when what should have been committed was not.
pub(crate) async fn receive(
    engine: &Engine,
    config: &SourceConfig,
    inbound: Inbound,
) -> Result<Received, StoreError> {
    let now = engine.clock.now();
    let Some(body) = inbound.body.clone() else {
        let refused = Refused::new(413, "payload_too_large", "the body is larger than this source takes");
        return Ok(keep(engine, config, &inbound, refused, now).await);
    };
    if config.source.settings.disabled {
        let refused = Refused::new(403, "source_disabled", "the source is switched off");
        return Ok(keep(engine, config, &inbound, refused, now).await);
    }
    let question =
        inbound.look(|request| answer(config.provider.handshakes, request, &config.secrets, at(now)));
    if let Some(question) = question {
        return shake_hands(engine, config, &inbound, question, now).await;
    }
    if let Some(refused) = wrong_method(config, &inbound).or_else(|| unfit(config, &inbound)) {
        return Ok(keep(engine, config, &inbound, refused, now).await);
    }
    match judge(engine, config, &inbound, now, VerifyOptions::default()).await {
        Ok(_) if inbound.hops() > HOPS_MAX => {
            Ok(keep(engine, config, &inbound, Refused::looping(), now).await)
        }
        // After the proof: what anybody can send must not use up what the provider may.
        Ok(_) if !config.may_take(now) => {
            engine.meters.received("throttled");
            engine.put_off.count(config.source.id.seq());
            Ok(Received::Refused(Refused::new(429, "rate_limited", "more requests than this source takes")))
        }
        Ok(acceptance) => {
            let key = inbound.look(|request| dedupe_key(&config.dedupe, request));
            let part = Part::Only;
            let taken = Taken { acceptance, dedupe_key: key, idempotency: None, replay_of: None, part };
            match split::events(config, &inbound) {
                Some(items) => split::commit_all(engine, config, &inbound, items, taken, now).await,
                None => commit(engine, config, &inbound, body, taken, now).await,
            }
        }
        Err(refused) if refused.status == 503 => Ok(Received::Refused(refused)),
        Err(refused) => Ok(keep(engine, config, &inbound, refused, now).await),
    }
}

/// Whether the source's deliveries use another method.
pub(crate) fn wrong_method(config: &SourceConfig, inbound: &Inbound) -> Option<Refused> {
    let methods = config.methods();
    // These two never act, whatever the source says.
    let acts = !matches!(inbound.method.as_str(), "HEAD" | "OPTIONS");
    let is_wrong = !acts || !methods.contains(&inbound.method.as_str());
    is_wrong.then(|| {
        let detail =
            format!("{} is not possible here; deliveries use {}", inbound.method, methods.join(", "));
        Refused::new(405, "method_not_allowed", detail)
    })
}

/// Why the form alone rules a request out.
fn unfit(config: &SourceConfig, inbound: &Inbound) -> Option<Refused> {
    if is_encoded(inbound) {
        let detail = "the body must be sent as it is, without a content-encoding";
        return Some(Refused::new(415, ENCODED, detail));
    }
    let wanted = config.provider.content_types;
    let sent = inbound.content_type()?;
    let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = |text: &str| text == "application/json" || text.ends_with("+json");
    let fits =
        wanted.is_empty() || wanted.iter().any(|one| *one == essence || is_json(one) && is_json(&essence));
    (!fits).then(|| {
        let detail = format!("{} sends {}", config.provider.title, wanted.join(", "));
        Refused::new(415, "unsupported_media_type", detail)
    })
}

/// Whether the body would have to be unpacked before anybody could read it: endpoints get a message's bytes and type,
/// and would take packed bytes for plain ones.
fn is_encoded(inbound: &Inbound) -> bool {
    let mut lines = inbound.headers.iter().filter(|(name, _)| name == CONTENT_ENCODING.as_str());
    lines.any(|(_, value)| !value.trim_ascii().eq_ignore_ascii_case(b"identity"))
}

/// Whether the request may be believed. A key that is not at hand is fetched first.
pub(crate) async fn judge(
    engine: &Engine,
    config: &SourceConfig,
    inbound: &Inbound,
    now: Timestamp,
    options: VerifyOptions,
) -> Result<Acceptance, Refused> {
    let unavailable = "the key that this is signed with could not be fetched";
    let mut refused = Refused::new(503, "key_unavailable", unavailable);
    for _ in 0..=KEYS_PER_REQUEST_MAX {
        let wanted = match judge_once(engine, config, inbound, now, options) {
            Ok(verdict) => return verdict,
            Err(wanted) => wanted,
        };
        let load = fetch(Arc::clone(&engine.http), wanted.key.url.clone());
        refused = wanted.refused.unwrap_or(refused);
        if !engine.keys.learn(&wanted.key.url, engine.clock.now(), load).await {
            break;
        }
    }
    Err(refused)
}

/// A key to fetch before there is a verdict, and the one that stands if nothing new is fetched.
struct Wanted {
    key: KeyRequest,
    refused: Option<Refused>,
}

/// The verdict, or the key without which there is none.
fn judge_once(
    engine: &Engine,
    config: &SourceConfig,
    inbound: &Inbound,
    now: Timestamp,
    options: VerifyOptions,
) -> Result<Result<Acceptance, Refused>, Wanted> {
    let scheme = config.scheme();
    let known = engine.keys.at(engine.clock.now());
    let verdict =
        inbound.look(|request| verify_with(scheme, &config.secrets, request, at(now), &known, options));
    match verdict {
        Verdict::Accepted(acceptance) => Ok(Ok(acceptance)),
        Verdict::Refused(refusal) => {
            let refused = Refused::new(config.provider.refusal_status, refusal.code(), refusal.to_string());
            match refusal.reason {
                // Providers renew their keys; what is remembered may be the old ones.
                Reason::KeyUnknown { wanted } => Err(Wanted { key: *wanted, refused: Some(refused) }),
                _ => Ok(Err(refused)),
            }
        }
        Verdict::KeyNeeded(key) => Err(Wanted { key, refused: None }),
    }
}

/// A time in the form that verification reads.
pub(crate) fn at(time: Timestamp) -> Now {
    Now { unix_ms: time.unix_ms() }
}

impl crate::Pipeline {
    /// The source whose token has that hash, from memory where possible.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn source(
        &self,
        token: hooktide_model::TokenHash,
    ) -> Result<Option<Arc<SourceConfig>>, StoreError> {
        self.engine.catalogue.source(token).await
    }

    /// The application that a source owns, with its endpoints, from memory where possible.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn source_app(
        &self,
        app: hooktide_model::AppId,
    ) -> Result<Option<Arc<crate::AppConfig>>, StoreError> {
        self.engine.catalogue.source_app(app).await
    }

    /// A source was changed or deleted: pass it as it was and as it is.
    pub fn source_changed(&self, versions: &[&hooktide_model::Source]) {
        self.engine.catalogue.source_changed(versions);
        self.engine.feeds.source_changed(versions);
    }

    /// Requests of a source that were answered with 429 since the server started.
    #[must_use]
    pub fn put_off(&self, source: hooktide_model::SourceId) -> u64 {
        self.engine.put_off.of(source.seq())
    }

    /// How the feed of a source that fetches is doing; `None` when it does not run.
    #[must_use]
    pub fn feed_state(&self, source: hooktide_model::SourceId) -> Option<crate::FeedState> {
        self.engine.feeds.state(source.seq())
    }

    /// Judge a provider's request and commit it. Actions follow by themselves.
    ///
    /// # Errors
    /// When what should have been committed was not: the provider must send it again.
    pub async fn receive(&self, config: &SourceConfig, inbound: Inbound) -> Result<Received, StoreError> {
        receive(&self.engine, config, inbound).await
    }
}
