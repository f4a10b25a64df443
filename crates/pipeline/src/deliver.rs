//! Deliver: one attempt, from the lane to an outcome.
//!
//! A crash before the request is complete leaves nothing at the receiver; one after it, before the outcome is
//! recorded, leads to a second request with the same message id.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use hooktide_destinations::seam::Parcel;
use hooktide_model::Timestamp;
use hooktide_store::Outcome;
use tokio::time::Instant;

use crate::engine::Engine;
use crate::lane::{Job, Lane};
use crate::outlet::Outlet;
use crate::record::{self, Answer};
use crate::subscriber::{KindTarget, Subscriber, Target};
use crate::throttle::Throttle;
use crate::transform::{Change, Transformed, shown_url, transform};
use crate::{health, request};

/// Pause after an endpoint's configuration could not be read.
const CONFIG_RETRY: Duration = Duration::from_millis(250);
/// The longest sleep before looking whether the server is ending.
const NAP: Duration = Duration::from_millis(200);

/// Try once. `None` when the server is ending and the try was not made.
pub(crate) async fn deliver(
    engine: &Arc<Engine>,
    lane: &Lane,
    outlet: &mut Outlet,
    job: &Job,
) -> Option<Outcome> {
    let Some(subscriber) = subscriber(engine, lane).await? else {
        return Some(record::canceled(
            engine,
            lane,
            job,
            "",
            "the endpoint was deleted while this delivery waited",
        ));
    };
    if subscriber.disabled {
        let url = &subscriber.url_text;
        return Some(record::canceled(
            engine,
            lane,
            job,
            url,
            "the endpoint was disabled while this delivery waited",
        ));
    }
    let Some(payload) = job.message.payload.clone() else {
        return Some(record::payload_gone(engine, lane, job, &subscriber));
    };
    wait_for_throttles(engine, &subscriber.throttles).await?;
    let started_at = engine.clock.now();
    let mut moved_to = None;
    let answer = match &subscriber.script {
        None => send(engine, outlet, &subscriber, job, payload, (None, started_at)).await,
        // On the heap, so that deliveries without a script are not larger for it.
        Some(script) => match Box::pin(transform(engine, &subscriber, script, job, &payload)).await? {
            Transformed::Cancelled => {
                let (url, why) = (&subscriber.url_text, "the endpoint's transformation cancelled it");
                return Some(record::canceled(engine, lane, job, url, why));
            }
            Transformed::Failed(why) => Answer::Refused(why),
            Transformed::Overran(why) => Answer::Overran(why),
            Transformed::Changed(change) => {
                let is_http = matches!(subscriber.target, Target::Http(_));
                moved_to = change.url.as_ref().filter(|_| is_http).map(|url| shown_url(script, url));
                let payload = change.payload.clone();
                let changed = (Some(change), engine.clock.now());
                Box::pin(send(engine, outlet, &subscriber, job, payload, changed)).await
            }
        },
    };
    let mut judged = record::judge(engine, lane, job, &subscriber, started_at, answer);
    if let Some(url) = moved_to {
        judged.outcome.attempt.url = url;
    }
    health::note(engine, lane, &subscriber, &judged).await;
    Some(judged.outcome)
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
        Target::Kind(target) => return hand_over(engine, outlet, target, job, payload, change).await,
        Target::Http(configured) => configured,
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
            Answer::Exchange(outlet.http().send(&request).await)
        }
    }
}

/// Deliver over a destination of another kind than HTTP.
async fn hand_over(
    engine: &Engine,
    outlet: &mut Outlet,
    target: &Arc<KindTarget>,
    job: &Job,
    payload: Bytes,
    change: Option<Change>,
) -> Answer {
    match &target.checked {
        Err(refusal) => Answer::Refused(refusal.clone()),
        Ok(checked) => {
            let parcel = parcel(engine, target, job, payload, change.as_ref());
            Answer::Delivered(outlet.deliver(engine, target, checked, &parcel).await)
        }
    }
}

/// A published message has no headers of its own; the endpoint's are for HTTP. A script's method and URL are too.
fn parcel(
    engine: &Engine,
    target: &KindTarget,
    job: &Job,
    payload: Bytes,
    change: Option<&Change>,
) -> Parcel {
    let message = &job.message;
    let content_type = change.and_then(Change::content_type).unwrap_or(message.content_type.as_str());
    let message_id = message.id.to_string();
    let endpoint_id = target.endpoint.to_string();
    Parcel {
        idempotency_key: format!("{message_id}.{endpoint_id}"),
        message_id,
        endpoint_id,
        event_type: message.event_type.as_str().to_owned(),
        content_type: content_type.to_owned(),
        payload,
        headers: change.map(Change::plain_headers).unwrap_or_default(),
        occurred_at_ms: message.accepted_at().unix_ms(),
        attempt: u32::from(job.tries.saturating_add(1)),
        timeout: engine.config.timeout,
    }
}

/// The lane's endpoint: `None` while the server is ending, `Some(None)` when it was deleted.
pub(crate) async fn subscriber(engine: &Arc<Engine>, lane: &Lane) -> Option<Option<Arc<Subscriber>>> {
    loop {
        let (known, generation) = lane.subscriber();
        if let Some(known) = known {
            return Some(Some(known));
        }
        match engine.store.endpoint_by_key(lane.endpoint).await {
            Ok(None) => return Some(None),
            Ok(Some((endpoint, application))) => {
                let own =
                    endpoint.throttle_rate.filter(|rate| *rate > 0).map(|rate| Arc::new(Throttle::new(rate)));
                let shared = engine.app_throttle(application.id.seq(), application.throttle_rate);
                let throttles = shared.into_iter().chain(own).collect();
                let fresh =
                    Arc::new(Subscriber::new(&endpoint, application, &engine.destinations.policy, throttles));
                // Another slot may have loaded it at the same time: all must share one throttle.
                return Some(Some(lane.keep_subscriber(fresh, generation)));
            }
            Err(error) => {
                tracing::warn!(%error, "failed to read an endpoint's configuration, trying again");
                nap(engine, Instant::now() + CONFIG_RETRY).await?;
            }
        }
    }
}

async fn wait_for_throttles(engine: &Engine, throttles: &[Arc<Throttle>]) -> Option<()> {
    for throttle in throttles {
        nap(engine, throttle.take(Instant::now())).await?;
    }
    Some(())
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
