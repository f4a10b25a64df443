//! Deliver: one attempt, from the lane to an outcome.
//!
//! A crash before the request is complete leaves nothing at the receiver; one after it, before the outcome is
//! recorded, leads to a second request with the same message id.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use hooktide_model::{EndpointId, Timestamp};
use hooktide_store::{Outcome, StoreError};
use tokio::time::Instant;

use crate::engine::Engine;
use crate::lane::{Job, Lane};
use crate::outlet::Outlet;
use crate::record::{self, Answer, Moment};
use crate::subscriber::{Subscriber, Target};
use crate::throttle::Throttle;
use crate::transform::{Change, Transformed, shown_url, transform};
use crate::{chain, health, original, request, tailor};

/// Pause after an endpoint's configuration could not be read.
const CONFIG_RETRY: Duration = Duration::from_millis(250);
/// Time between looks whether this node is sure of its work again.
const OWNERSHIP_LOOK: Duration = Duration::from_millis(20);
/// The longest sleep before looking whether the server is ending.
const NAP: Duration = Duration::from_millis(200);

/// What came of a try.
pub(crate) enum Tried {
    /// The delivery has this outcome.
    Ended(Outcome),
    /// Nothing was done: deliveries of this endpoint are gathered.
    Gathers,
}

/// What a delivery is before anything is sent.
enum Ready {
    /// There is nothing to send, or nobody to send it to.
    Ended(Outcome),
    /// This is sent, to that endpoint.
    Send(Arc<Subscriber>, Bytes),
}

/// Try once. `None` when the server is ending and the try was not made.
pub(crate) async fn deliver(
    engine: &Arc<Engine>,
    lane: &Lane,
    outlet: &mut Outlet,
    job: &Job,
) -> Option<Tried> {
    let (subscriber, payload) = match ready(engine, lane, job).await? {
        Ready::Ended(outcome) => return Some(Tried::Ended(outcome)),
        Ready::Send(subscriber, payload) => (subscriber, payload),
    };
    if subscriber.gathering().is_some() {
        return Some(Tried::Gathers);
    }
    wait_for_throttles(engine, &subscriber.throttles).await?;
    still_ours(engine, lane, std::slice::from_ref(job)).await?;
    let started_at = engine.clock.now();
    let mut moved_to = None;
    let answer = match &subscriber.script {
        None => send(engine, outlet, &subscriber, job, payload, (None, started_at)).await,
        // On the heap, so that deliveries without a script are not larger for it.
        Some(script) => match Box::pin(transform(engine, &subscriber, script, job, &payload)).await? {
            Transformed::Cancelled => return Some(Tried::Ended(cancelled(engine, lane, job, &subscriber))),
            Transformed::Failed(why) => Answer::Refused(why),
            Transformed::Overran(why) => Answer::Overran(why),
            Transformed::Changed(change) => {
                let is_http = matches!(subscriber.target, Target::Http(_) | Target::Client(_));
                moved_to = change.url.as_ref().filter(|_| is_http).map(|url| shown_url(script, url));
                let payload = change.payload.clone();
                let changed = (Some(change), engine.clock.now());
                Box::pin(send(engine, outlet, &subscriber, job, payload, changed)).await
            }
        },
    };
    let moment = Moment::since(engine, started_at);
    let mut judged = record::judge(engine, lane, job, &subscriber, moment, answer);
    if let Some(url) = moved_to {
        judged.outcome.attempt.url = url;
    }
    health::note(engine, lane, &subscriber, &judged).await;
    Some(Tried::Ended(judged.outcome))
}

/// A delivery on its way into a batch.
pub(crate) enum Prepared {
    /// It has an outcome before it is sent.
    Ended(Outcome),
    /// This is sent, as part of the batch.
    Parcel(Arc<Subscriber>, Parcel),
    /// Deliveries of this endpoint are not gathered any more.
    Alone,
}

/// Do what [`deliver`] does before it sends. `None` when the server is ending and nothing was done.
pub(crate) async fn prepare(engine: &Arc<Engine>, lane: &Lane, job: &Job) -> Option<Prepared> {
    let (subscriber, mut payload) = match ready(engine, lane, job).await? {
        Ready::Ended(outcome) => return Some(Prepared::Ended(outcome)),
        Ready::Send(subscriber, payload) => (subscriber, payload),
    };
    if subscriber.gathering().is_none() {
        return Some(Prepared::Alone);
    }
    wait_for_throttles(engine, &subscriber.throttles).await?;
    let started_at = engine.clock.now();
    let mut change = None;
    let mut failed = None;
    if let Some(script) = &subscriber.script {
        match transform(engine, &subscriber, script, job, &payload).await? {
            Transformed::Cancelled => {
                return Some(Prepared::Ended(cancelled(engine, lane, job, &subscriber)));
            }
            Transformed::Failed(why) => failed = Some(Answer::Refused(why)),
            Transformed::Overran(why) => failed = Some(Answer::Overran(why)),
            Transformed::Changed(changed) => {
                payload = changed.payload.clone();
                change = Some(changed);
            }
        }
    }
    let failed = match failed {
        Some(answer) => answer,
        None => match parcel(engine, &subscriber, job, payload, change.as_ref()).await {
            Ok(parcel) => return Some(Prepared::Parcel(subscriber, parcel)),
            Err(error) => Answer::Refused(format!("the provider's request cannot be read now: {error}")),
        },
    };
    let moment = Moment::since(engine, started_at);
    let judged = record::judge(engine, lane, job, &subscriber, moment, failed);
    health::note(engine, lane, &subscriber, &judged).await;
    Some(Prepared::Ended(judged.outcome))
}

/// Whether there is something to send and somebody to send it to. `None` while the server is ending.
async fn ready(engine: &Arc<Engine>, lane: &Lane, job: &Job) -> Option<Ready> {
    let Some(subscriber) = subscriber(engine, lane).await? else {
        let why = "the endpoint was deleted while this delivery waited";
        return Some(Ready::Ended(record::canceled(engine, lane, job, "", why)));
    };
    if subscriber.disabled {
        let (url, why) = (&subscriber.url_text, "the endpoint was disabled while this delivery waited");
        return Some(Ready::Ended(record::canceled(engine, lane, job, url, why)));
    }
    Some(match job.message.payload.clone() {
        Some(payload) => Ready::Send(subscriber, payload),
        None => Ready::Ended(record::payload_gone(engine, lane, job, &subscriber)),
    })
}

fn cancelled(engine: &Engine, lane: &Lane, job: &Job, subscriber: &Subscriber) -> Outcome {
    let why = "the endpoint's transformation cancelled it";
    record::canceled(engine, lane, job, &subscriber.url_text, why)
}

/// Send the payload to where the endpoint points, or its script.
async fn send(
    engine: &Engine,
    outlet: &mut Outlet,
    subscriber: &Subscriber,
    job: &Job,
    payload: Bytes,
    (change, now): (Option<Change>, Timestamp),
) -> Answer {
    let configured = match &subscriber.target {
        Target::Http(configured) => configured,
        // The rest is boxed: a delivery over plain HTTP must not carry its size.
        other => {
            return Box::pin(act(engine, outlet, (other, subscriber), job, payload, (change, now))).await;
        }
    };
    let url = match (change.as_ref().and_then(|change| change.url.as_ref()), configured) {
        (Some(url), _) | (None, Ok(url)) => url,
        (None, Err(refusal)) => return Answer::Refused(refusal.clone()),
    };
    match request::build(&job.message, payload, subscriber, url, &engine.config, now) {
        Err(error) => Answer::Refused(error.to_string()),
        Ok(mut request) => {
            if let Some(change) = change {
                change.apply(&mut request);
            }
            Answer::Exchange(outlet.plain_http(engine).send(&request).await)
        }
    }
}

/// Deliver in another way than over HTTP without options.
async fn act(
    engine: &Engine,
    outlet: &mut Outlet,
    (target, subscriber): (&Target, &Subscriber),
    job: &Job,
    payload: Bytes,
    (change, now): (Option<Change>, Timestamp),
) -> Answer {
    if let Target::Client(target) = target {
        return tailor::send(engine, outlet, target, job, payload, (subscriber, change, now)).await;
    }
    let parcel = match parcel(engine, subscriber, job, payload, change.as_ref()).await {
        Ok(parcel) => parcel,
        Err(error) => return Answer::Refused(format!("the provider's request cannot be read now: {error}")),
    };
    Answer::Delivered(match target {
        Target::Kind(target) => outlet.deliver(engine, target, &parcel).await,
        Target::Message(options) => chain::pass_on(engine, options, subscriber, &job.message, &parcel).await,
        Target::Http(_) | Target::Client(_) => {
            return Answer::Refused("it is delivered over HTTP".to_owned());
        }
    })
}

/// The headers are those of the provider's request; a published message has none, and the endpoint's are for HTTP, as
/// are a script's method and URL. A script's headers come on top.
async fn parcel(
    engine: &Engine,
    subscriber: &Subscriber,
    job: &Job,
    payload: Bytes,
    change: Option<&Change>,
) -> Result<Parcel, StoreError> {
    let message = &job.message;
    let original = match subscriber.is_of_source {
        true => original::original(engine, message).await?,
        false => None,
    };
    let mut headers = original.as_deref().map(original::mapped).unwrap_or_default();
    for (name, value) in change.map(Change::plain_headers).unwrap_or_default() {
        headers.retain(|(held, _)| *held != name);
        headers.push((name, value));
    }
    let content_type = change.and_then(Change::content_type).unwrap_or(message.content_type.as_str());
    let message_id = message.id.to_string();
    let endpoint: EndpointId = engine.store.mint().id(subscriber.endpoint);
    let endpoint_id = endpoint.to_string();
    Ok(Parcel {
        idempotency_key: format!("{message_id}.{endpoint_id}"),
        message_id,
        endpoint_id,
        event_type: message.event_type.as_str().to_owned(),
        content_type: content_type.to_owned(),
        payload,
        headers,
        occurred_at_ms: message.accepted_at().unix_ms(),
        attempt: u32::from(job.tries.saturating_add(1)),
        hops: message.hops,
        timeout: engine.config.timeout,
    })
}

/// The lane's endpoint: `None` while the server is ending, `Some(None)` when it was deleted.
pub(crate) async fn subscriber(engine: &Arc<Engine>, lane: &Lane) -> Option<Option<Arc<Subscriber>>> {
    loop {
        let (known, generation) = lane.subscriber();
        if let Some(known) = known {
            return Some(Some(known));
        }
        match load(engine, lane).await {
            Ok(None) => return Some(None),
            // Another slot may have loaded it at the same time: all must share one throttle.
            Ok(Some(fresh)) => return Some(Some(lane.keep_subscriber(Arc::new(fresh), generation))),
            Err(error) => {
                tracing::warn!(%error, "failed to read an endpoint's configuration, trying again");
                nap(engine, Instant::now() + CONFIG_RETRY).await?;
            }
        }
    }
}

async fn load(engine: &Engine, lane: &Lane) -> Result<Option<Subscriber>, StoreError> {
    let Some((endpoint, application)) = engine.store.endpoint_by_key(lane.endpoint).await? else {
        return Ok(None);
    };
    let is_of_source = endpoint.destination.is_some() && original::is_of_source(engine, &application).await?;
    let own = endpoint.throttle_rate.filter(|rate| *rate > 0).map(|rate| lane.throttle(rate));
    let shared = engine.app_throttle(application.id.seq(), application.throttle_rate);
    let throttles = shared.into_iter().chain(own).collect();
    Ok(Some(Subscriber::new(&endpoint, application, engine, is_of_source, throttles)))
}

async fn wait_for_throttles(engine: &Engine, throttles: &[Arc<Throttle>]) -> Option<()> {
    for throttle in throttles {
        nap(engine, throttle.take(Instant::now())).await?;
    }
    Some(())
}

/// Wait until this node may send. `None` when the server is ending, or the deliveries are another node's by now.
pub(crate) async fn still_ours(engine: &Engine, lane: &Lane, jobs: &[Job]) -> Option<()> {
    if !engine.is_shared {
        return Some(());
    }
    while !engine.store.may_send() {
        nap(engine, Instant::now() + OWNERSHIP_LOOK).await?;
    }
    jobs.iter().all(|job| lane.holds(job)).then_some(())
}

/// Sleep until then; `None` when the server is ending first.
async fn nap(engine: &Engine, until: Instant) -> Option<()> {
    loop {
        if engine.draining.load(Ordering::Acquire) {
            return None;
        }
        let now = Instant::now();
        if now >= until {
            return Some(());
        }
        tokio::time::sleep_until(until.min(now + NAP)).await;
    }
}
