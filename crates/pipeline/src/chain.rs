//! Chain: a delivery that is a publish into another application of the same organisation.
//!
//! Called by `deliver`. What must stay true: the organisation is the endpoint's own, whatever the configuration names;
//! one delivery makes one message, however often it is tried; and every message has one hop more than the one it came
//! from, so that a loop ends. A crash after the publish, before the outcome is recorded, leads to a second try that finds
//! the first one's message.

use bytes::Bytes;
use hooktide_destinations::kinds::message::MessageOptions;
use hooktide_destinations::mapping::Reading;
use hooktide_destinations::seam::{Delivered, Outcome, Parcel};
use hooktide_model::message::HOPS_MAX;
use hooktide_model::{EventTypeName, Message, Seq};
use hooktide_store::{Idempotency, ObjectRef, StoreError};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::accept::{Publish, PublishError, accept};
use crate::engine::Engine;
use crate::keyed::first_half;
use crate::subscriber::Subscriber;

/// Why nothing was published.
enum Failure {
    /// It may work later.
    Passing(String),
    /// It will not work until somebody changes something.
    Lasting(String),
}

/// Publish what is delivered.
pub(crate) async fn pass_on(
    engine: &Engine,
    options: &MessageOptions,
    subscriber: &Subscriber,
    message: &Message,
    parcel: &Parcel,
) -> Delivered {
    let started = Instant::now();
    let (outcome, detail) = match publish(engine, options, subscriber, message, parcel).await {
        Ok(detail) => (Outcome::Done, detail),
        Err(Failure::Passing(why)) => (Outcome::Retry { after: None }, why),
        Err(Failure::Lasting(why)) => (Outcome::Failed, why),
    };
    Delivered { outcome, code: None, detail: Bytes::from(detail), duration: started.elapsed() }
}

async fn publish(
    engine: &Engine,
    options: &MessageOptions,
    subscriber: &Subscriber,
    message: &Message,
    parcel: &Parcel,
) -> Result<String, Failure> {
    let hops = message.hops.saturating_add(1);
    if hops > HOPS_MAX {
        return Err(Failure::Lasting(format!(
            "loop: this event was passed on {HOPS_MAX} times already, so it goes no further; end the loop of endpoints that it came by"
        )));
    }
    let named = &options.application;
    let gone = || {
        Failure::Lasting(format!(
            "there is no application `{named}` in this organisation any more; change the endpoint's destination"
        ))
    };
    let target = ObjectRef::named(named).ok_or_else(gone)?;
    let org = &subscriber.application.org;
    let app = engine.catalogue.app(org, &target).await.map_err(|error| passing(&error))?.ok_or_else(gone)?;
    let publish = Publish {
        app,
        event_type: event_type(options, message, parcel)?,
        uid: None,
        channels: options.channels.clone(),
        tags: Vec::new(),
        deliver_at: None,
        content_type: message.content_type.clone(),
        payload: parcel.payload.clone(),
        params: message.params.clone(),
        // It is the same content: it is erased at the same time.
        payload_expires_at: message.payload_expires_at,
        idempotency: Some(key_of(message.seq(), subscriber.endpoint)),
        only: None,
        hops,
    };
    // Boxed: deliveries of the other kinds must not carry its size.
    match Box::pin(accept(engine, publish)).await {
        Ok(accepted) if accepted.replayed => Ok(format!("had been published as {}", accepted.id)),
        Ok(accepted) => Ok(format!("published as {}", accepted.id)),
        Err(PublishError::Store(error)) => Err(passing(&error)),
    }
}

fn event_type(
    options: &MessageOptions,
    message: &Message,
    parcel: &Parcel,
) -> Result<EventTypeName, Failure> {
    let Some(template) = &options.event_type else { return Ok(message.event_type.clone()) };
    let text = Reading::new(parcel).render(template).map_err(|fault| Failure::Lasting(fault.detail))?;
    EventTypeName::parse(&text).map_err(|error| {
        let text: String = text.chars().take(100).collect();
        Failure::Lasting(format!("`{text}` cannot be the name of an event type: {error}; change event_type"))
    })
}

fn passing(error: &StoreError) -> Failure {
    Failure::Passing(format!("it could not be published now: {error}"))
}

/// The same for every try of one delivery, and for no other.
fn key_of(message: Seq, endpoint: Seq) -> Idempotency {
    let mut hash = Sha256::new_with_prefix(b"chain");
    hash.update(message.0.to_be_bytes());
    hash.update(endpoint.0.to_be_bytes());
    let key = first_half(&hash.finalize());
    Idempotency { key, request: key }
}
