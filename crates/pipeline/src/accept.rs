//! Accept: match a publish to its endpoints, reserve room, commit.
//!
//! A crash before the commit leaves nothing and the caller has no answer; after it, everything is stored and the
//! same idempotency key gives the same answer.

use std::sync::Arc;

use bytes::Bytes;
use hooktide_model::{Channel, ContentType, Endpoint, EndpointId, EventTypeName, Seq, Tag, Timestamp, Uid};
use hooktide_store::{Accepted, Idempotency, NewMessage, Placement, StoreError, Target};
use smallvec::SmallVec;

use crate::AppConfig;
use crate::engine::Engine;
use crate::filters;

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
    /// When the payload stops being readable.
    pub payload_expires_at: Timestamp,
    /// The caller's idempotency key.
    pub idempotency: Option<Idempotency>,
    /// Only this endpoint (send-example), if its subscription and filter match or not.
    pub only: Option<EndpointId>,
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
    let kept_out = filters::kept_out(engine, &publish).await?;
    let targets = targets(engine, &publish, &kept_out, now);
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
    };
    Ok(engine.store.accept(message).await?)
}

fn targets(
    engine: &Engine,
    publish: &Publish,
    kept_out: &[EndpointId],
    now: Timestamp,
) -> SmallVec<[Target; 4]> {
    let matching = publish.app.endpoints.iter().filter(|endpoint| match publish.only {
        Some(only) => endpoint.id == only && !endpoint.disabled,
        None => {
            !endpoint.disabled
                && endpoint.subscribes_to(&publish.event_type, &publish.channels)
                && !kept_out.contains(&endpoint.id)
        }
    });
    let later = publish.deliver_at.filter(|time| *time > now);
    matching.map(|endpoint| place(engine, endpoint.id.seq(), later, now)).collect()
}

/// The endpoints of an application that take an event of that type now.
pub(crate) fn targets_of(
    engine: &Engine,
    app: &AppConfig,
    event_type: &EventTypeName,
    now: Timestamp,
) -> SmallVec<[Target; 4]> {
    let takes = |endpoint: &&Endpoint| !endpoint.disabled && endpoint.subscribes_to(event_type, &[]);
    app.endpoints.iter().filter(takes).map(|endpoint| place(engine, endpoint.id.seq(), None, now)).collect()
}

fn place(engine: &Engine, endpoint: Seq, later: Option<Timestamp>, now: Timestamp) -> Target {
    let placement = match later {
        Some(due) => Placement::Scheduled { due },
        None if engine.lanes.try_reserve(endpoint) => Placement::Lane,
        None => {
            engine.meters.spilled();
            Placement::Scheduled { due: now }
        }
    };
    Target { endpoint, placement }
}
