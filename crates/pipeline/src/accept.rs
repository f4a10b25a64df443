//! Accept: match a publish to its endpoints, reserve room, commit.
//!
//! A crash before the commit leaves nothing and the caller has no answer; after it, everything is stored and the
//! same idempotency key gives the same answer.

use std::sync::Arc;

use bytes::Bytes;
use hooktide_model::{
    Application, Channel, ContentType, Endpoint, EndpointId, EventTypeName, Seq, Tag, Timestamp, Uid,
};
use hooktide_store::{Accepted, Idempotency, NewMessage, Placement, StoreError, Target};
use smallvec::SmallVec;

use crate::engine::Engine;
use crate::filters;
use crate::leases::lease_of;
use crate::{AppConfig, Inbound, SourceConfig};

/// A checked publish call.
#[derive(Clone, Debug)]
pub struct Publish {
    /// The application, from [`crate::Catalogue::app`].
    pub app: Arc<AppConfig>,
    /// What happened.
    pub event_type: EventTypeName,
    /// The publisher's own id.
    pub uid: Option<Uid>,
    /// Channels.
    pub channels: Vec<Channel>,
    /// Labels.
    pub tags: Vec<Tag>,
    /// Not before this time.
    pub deliver_at: Option<Timestamp>,
    /// Media type of the payload.
    pub content_type: ContentType,
    /// The payload's bytes.
    pub payload: Bytes,
    /// What the publisher hands to scripts: a JSON object as text.
    pub params: Option<Arc<str>>,
    /// When the payload stops being readable.
    pub payload_expires_at: Timestamp,
    /// The caller's idempotency key.
    pub idempotency: Option<Idempotency>,
    /// Only this endpoint (send-example), if its subscription and filter match or not.
    pub only: Option<EndpointId>,
    /// How often what happened was passed on before it came here.
    pub hops: u8,
}

/// Why a publish was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The store's refusal: `Taken("eventId")`, `KeyReused`, `Overloaded`, `Unavailable`, …
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Match, reserve, commit. The reservation and the submission happen without a pause between them, so a publisher
/// that goes away cannot leave a reservation behind.
pub(crate) async fn accept(engine: &Engine, publish: Publish) -> Result<Accepted, PublishError> {
    let now = engine.clock.now();
    let later = publish.deliver_at.filter(|time| *time > now);
    let event = Event {
        event_type: &publish.event_type,
        channels: &publish.channels,
        payload: &publish.payload,
        request: None,
    };
    let takers = match publish.only {
        Some(only) => only_to(engine, &publish.app, only),
        None => takers(engine, &publish.app, event).await?,
    };
    let targets = place_all(engine, &takers, later, now);
    let application = &publish.app.application;
    let message = NewMessage {
        org: application.org.clone(),
        app: application.id.seq(),
        event_type: publish.event_type,
        uid: publish.uid,
        channels: publish.channels,
        tags: publish.tags,
        deliver_at: publish.deliver_at,
        content_type: publish.content_type,
        payload: publish.payload,
        payload_expires_at: publish.payload_expires_at,
        targets,
        idempotency: publish.idempotency,
        receipt: None,
        params: publish.params,
        hops: publish.hops,
    };
    Ok(engine.store.accept(message).await?)
}

/// What decides which endpoints take a message.
#[derive(Clone, Copy)]
pub(crate) struct Event<'a> {
    pub(crate) event_type: &'a EventTypeName,
    pub(crate) channels: &'a [Channel],
    pub(crate) payload: &'a Bytes,
    /// The request that brought it, and the source.
    pub(crate) request: Option<(&'a Inbound, &'a SourceConfig)>,
}

/// The endpoints that take an event: switched on, subscribed, and let through by their filter. The same for a publish
/// and for what a source received.
pub(crate) async fn takers(
    engine: &Engine,
    app: &Arc<AppConfig>,
    event: Event<'_>,
) -> Result<SmallVec<[Taker; 4]>, StoreError> {
    let kept_out = filters::kept_out(engine, app, event).await?;
    let takes = |endpoint: &&Endpoint| endpoint.takes(event.event_type, event.channels);
    let takers = app.endpoints.iter().filter(takes);
    let takers = takers.filter(|endpoint| !kept_out.contains(&endpoint.id));
    Ok(takers.map(|endpoint| Taker::of(engine, &app.application, endpoint)).collect())
}

fn only_to(engine: &Engine, app: &AppConfig, only: EndpointId) -> SmallVec<[Taker; 4]> {
    let named = app.endpoints.iter().filter(|endpoint| endpoint.id == only && !endpoint.disabled);
    named.map(|endpoint| Taker::of(engine, &app.application, endpoint)).collect()
}

/// A place for each: nothing may pause between this and the submission to the store.
pub(crate) fn place_all(
    engine: &Engine,
    takers: &[Taker],
    later: Option<Timestamp>,
    now: Timestamp,
) -> SmallVec<[Target; 4]> {
    takers.iter().map(|taker| place(engine, *taker, later, now)).collect()
}

/// An endpoint that takes an event.
#[derive(Clone, Copy)]
pub(crate) struct Taker {
    endpoint: Seq,
    is_ordered: bool,
    lease: Option<Seq>,
}

impl Taker {
    fn of(engine: &Engine, application: &Application, endpoint: &Endpoint) -> Self {
        Self {
            endpoint: endpoint.id.seq(),
            is_ordered: endpoint.ordering_key.is_some(),
            lease: lease_of(&*engine.store, application, endpoint),
        }
    }
}

/// What is kept in order, or needs a lease, goes by the schedule: that is where the order is, and where the node with the
/// lease finds it.
fn place(engine: &Engine, taker: Taker, later: Option<Timestamp>, now: Timestamp) -> Target {
    let Taker { endpoint, is_ordered, lease } = taker;
    let placement = match later {
        Some(due) => Placement::Scheduled { due, lease },
        None if is_ordered || lease.is_some() => Placement::Scheduled { due: now, lease },
        None if engine.lanes.try_reserve(endpoint) => Placement::Lane,
        None => {
            engine.meters.spilled();
            Placement::scheduled(now)
        }
    };
    Target { endpoint, placement }
}
