//! Commit: make what was received durable, an event as a message with its receipt, a refusal as a receipt.
//!
//! A crash before the commit leaves nothing and the provider has no answer; after it, message and receipt are stored
//! and the same event is recognised when it is sent again.

use bytes::Bytes;
use hooktide_model::receipt::text_of_bytes;
use hooktide_model::{ContentType, EventTypeName, ReceiptHead, ReceiptId, Timestamp};
use hooktide_store::{Idempotency, NewMessage, NewReceipt, NewRefusal, StoreError};
use hooktide_verify::{Acceptance, evaluate};
use sha2::{Digest, Sha256};
use smallvec::SmallVec;

use crate::accept::{Event, place_all, takers};
use crate::engine::Engine;
use crate::keyed::first_half;
use crate::receive::{Inbound, Received, Refused};
use crate::source::{Keep, SourceConfig};

/// Longest name of an event type.
const EVENT_TYPE_CHARS_MAX: usize = hooktide_model::name::NAME_CHARS_MAX;
/// The verdict on what is taken.
const ACCEPTED: &str = "accepted";

/// What is written of an accepted request.
#[derive(Clone)]
pub(crate) struct Taken {
    pub(crate) acceptance: Acceptance,
    /// Absent for an event that is to be taken although it came before.
    pub(crate) dedupe_key: Option<String>,
    /// What makes the call the same as another, in place of the event's key.
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) replay_of: Option<ReceiptId>,
    pub(crate) part: Part,
}

/// What of a request a message stands for.
#[derive(Clone)]
pub(crate) enum Part {
    /// A request is an event.
    Only,
    /// A request that was split, kept as it came; its events are messages of their own.
    Whole { events: usize },
    /// One of its events.
    Event { of: ReceiptId, event_type: Option<String> },
}

/// Make it durable; then, and only then, it is the provider's success.
pub(crate) async fn commit(
    engine: &Engine,
    config: &SourceConfig,
    inbound: &Inbound,
    body: Bytes,
    taken: Taken,
    now: Timestamp,
) -> Result<Received, StoreError> {
    let app = engine.catalogue.source_app(config.source.app).await?.ok_or(StoreError::Missing)?;
    let event_type = event_type(config, inbound, &taken.part);
    let event =
        Event { event_type: &event_type, channels: &[], payload: &body, request: Some((inbound, config)) };
    let takers = match taken.part {
        Part::Whole { .. } => SmallVec::new(),
        Part::Only | Part::Event { .. } => takers(engine, &app, event).await?,
    };
    let head = ReceiptHead {
        secret: taken.acceptance.secret.map(|secret| secret.id),
        dedupe_key: taken.dedupe_key.clone(),
        secret_names: config.secret_names.clone(),
        replay_of: taken.replay_of.map(|id| id.to_string()),
        events: match taken.part {
            Part::Whole { events } => u32::try_from(events).ok(),
            Part::Only | Part::Event { .. } => None,
        },
        part_of: match taken.part {
            Part::Event { of, .. } => Some(of.to_string()),
            Part::Only | Part::Whole { .. } => None,
        },
        ..head(inbound, ACCEPTED, "the proof holds", success_status(config), now)
    };
    let message = NewMessage {
        org: config.source.org.clone(),
        app: app.application.id.seq(),
        targets: place_all(engine, &takers, None, now),
        event_type,
        uid: None,
        channels: Vec::new(),
        tags: Vec::new(),
        deliver_at: None,
        content_type: inbound.content_type().map_or(ContentType::Json, |text| ContentType::from_text(&text)),
        idempotency: taken.idempotency.or(taken.dedupe_key.map(|key| same_event(config, &key, &body))),
        payload: body,
        payload_expires_at: inbound.payload_expires_at,
        params: None,
        hops: inbound.hops(),
        receipt: Some(NewReceipt { source: config.source.id.seq(), head }),
    };
    match engine.store.accept(message).await {
        Ok(accepted) => {
            engine.meters.received(if accepted.replayed { "replayed" } else { ACCEPTED });
            let receipt = engine.store.mint().id(accepted.id.seq());
            Ok(Received::Accepted { message: accepted.id, receipt, replayed: accepted.replayed })
        }
        Err(StoreError::KeyReused) => {
            engine.meters.received("conflict");
            tracing::warn!(source = %config.source.id, "an event came again with another body; it is kept, not acted on");
            Ok(Received::Conflict)
        }
        Err(error) => Err(error),
    }
}

/// Keep a refused request as far as the source's limits and the store allow; the answer is the refusal either way.
pub(crate) async fn keep(
    engine: &Engine,
    config: &SourceConfig,
    inbound: &Inbound,
    mut refused: Refused,
    now: Timestamp,
) -> Received {
    engine.meters.received("refused");
    let body = inbound.body.clone();
    let body = match config.keep(body.as_ref().map_or(0, Bytes::len), now) {
        Keep::Nothing => return Received::Refused(refused),
        Keep::WithBody => body,
        Keep::WithoutBody => None,
    };
    let head = head(inbound, refused.code, &refused.detail, refused.status, now);
    let receipt = NewReceipt { source: config.source.id.seq(), head };
    match engine.store.refuse(NewRefusal { receipt, body }).await {
        Ok(seq) => refused.receipt = Some(engine.store.mint().id(seq)),
        Err(error) => {
            tracing::warn!(source = %config.source.id, %error, "a refused request could not be kept")
        }
    }
    Received::Refused(refused)
}

fn head(inbound: &Inbound, code: &str, detail: &str, status: u16, now: Timestamp) -> ReceiptHead {
    let header = |(name, value): &(String, Vec<u8>)| (name.clone(), text_of_bytes(value));
    ReceiptHead {
        received_ms: now.unix_ms(),
        method: inbound.method.clone(),
        target: inbound.target.clone(),
        url: inbound.url.clone(),
        headers: inbound.headers.iter().map(header).collect(),
        peer: inbound.peer.clone(),
        code: code.to_owned(),
        detail: detail.to_owned(),
        secret: None,
        status,
        dedupe_key: None,
        body_bytes: inbound.body.as_ref().map(|body| body.len() as u64),
        secret_names: Vec::new(),
        replay_of: None,
        events: None,
        part_of: None,
    }
}

/// The status of the provider's success.
#[must_use]
pub(crate) fn success_status(config: &SourceConfig) -> u16 {
    let own = config.source.settings.response.as_ref().and_then(|response| response.status);
    own.unwrap_or(config.provider.success_status)
}

/// The type of the event, with what no event type may hold replaced.
fn event_type(config: &SourceConfig, inbound: &Inbound, part: &Part) -> EventTypeName {
    let rule = config.event_type.as_ref();
    let of_request = || rule.and_then(|rule| inbound.look(|request| evaluate(rule, request)));
    let found = match part {
        Part::Only => of_request(),
        Part::Whole { .. } => None,
        Part::Event { event_type, .. } => event_type.clone().or_else(of_request),
    };
    let allowed = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.');
    let fitting: String = found
        .unwrap_or_default()
        .chars()
        .take(EVENT_TYPE_CHARS_MAX)
        .map(|one| if allowed(one) { one } else { '_' })
        .collect();
    EventTypeName::parse(&fitting).unwrap_or_else(|_| match config.feed {
        Some(feed) => EventTypeName::trusted(feed.event_type),
        None => EventTypeName::trusted(&format!("{}.event", config.provider.name)),
    })
}

/// What makes two requests to one source the same event, and what tells their bodies apart.
fn same_event(config: &SourceConfig, key: &str, body: &[u8]) -> Idempotency {
    let mut hash = Sha256::new();
    hash.update(b"receive");
    hash.update(config.source.id.seq().0.to_be_bytes());
    hash.update(key.as_bytes());
    Idempotency { key: first_half(&hash.finalize()), request: first_half(&Sha256::digest(body)) }
}
