//! Deliver: one attempt, from the lane to an outcome.
//!
//! A crash before the request is complete leaves nothing at the receiver; one after it, before the outcome is
//! recorded, leads to a second request with the same message id.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hooktide_destinations::kinds::http::HttpSlot;
use hooktide_store::Outcome;
use tokio::time::Instant;

use crate::engine::Engine;
use crate::lane::{Job, Lane};
use crate::record::{self, Answer};
use crate::subscriber::Subscriber;
use crate::throttle::Throttle;
use crate::{health, request};

/// Pause after an endpoint's configuration could not be read.
const CONFIG_RETRY: Duration = Duration::from_millis(250);
/// The longest sleep before looking whether the server is ending.
const NAP: Duration = Duration::from_millis(200);

/// Try once. `None` when the server is ending and the try was not made.
pub(crate) async fn deliver(
    engine: &Arc<Engine>,
    lane: &Lane,
    http: &mut HttpSlot,
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
    let answer = match &subscriber.url {
        Err(refusal) => Answer::Refused(refusal.clone()),
        Ok(url) => {
            match request::build(&job.message, payload, &subscriber, url, &engine.config, started_at) {
                Err(error) => Answer::Refused(error.to_string()),
                Ok(request) => Answer::Exchange(http.send(&request).await),
            }
        }
    };
    let judged = record::judge(engine, lane, job, &subscriber, started_at, answer);
    health::note(engine, lane, &subscriber, &judged).await;
    Some(judged.outcome)
}

/// The lane's endpoint: `None` while the server is ending, `Some(None)` when it was deleted.
async fn subscriber(engine: &Arc<Engine>, lane: &Lane) -> Option<Option<Arc<Subscriber>>> {
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
                    Arc::new(Subscriber::new(&endpoint, application, engine.http.policy(), throttles));
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
