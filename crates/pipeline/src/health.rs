//! What attempts say about an endpoint: how much to keep for it, and when to switch it off.

use hooktide_model::Timestamp;
use hooktide_model::classify::Verdict;

use crate::engine::Engine;
use crate::lane::Lane;
use crate::record::Judged;
use crate::subscriber::Subscriber;

/// Take note of one judged attempt.
pub(crate) async fn note(engine: &Engine, lane: &Lane, subscriber: &Subscriber, judged: &Judged) {
    pace(lane, judged);
    reputation(engine, lane, subscriber, judged).await;
}

/// Take note of one attempt at many deliveries: a batch that works lets the endpoint have as many more as its deliveries
/// would one by one, and one that fails is one failure.
pub(crate) async fn note_batch(engine: &Engine, lane: &Lane, subscriber: &Subscriber, batch: &[Judged]) {
    for judged in batch.iter().filter(|judged| judged.verdict == Verdict::Delivered) {
        pace(lane, judged);
    }
    let exhausted = batch.iter().filter(|judged| judged.is_exhausted);
    // One stands for all, so that what is noted is noted once.
    let Some(one) = exhausted.clone().next().or(batch.first()) else { return };
    if one.verdict != Verdict::Delivered {
        pace(lane, one);
    }
    exhausted.skip(1).for_each(|_| engine.meters.exhausted());
    reputation(engine, lane, subscriber, one).await;
}

fn pace(lane: &Lane, judged: &Judged) {
    match judged.verdict {
        Verdict::Delivered => lane.speed_up(),
        Verdict::RetrySlower => lane.slow_down(),
        Verdict::Retry if judged.is_slow => lane.slow_down(),
        // What cannot work is no reason to send less; the window below sees to an endpoint that never works.
        Verdict::Retry | Verdict::Refused | Verdict::Gone => {}
    }
}

async fn reputation(engine: &Engine, lane: &Lane, subscriber: &Subscriber, judged: &Judged) {
    match judged.verdict {
        Verdict::Delivered => {
            if subscriber.failing_since.is_some() {
                set_failing_since(engine, lane, subscriber, None).await;
            }
        }
        Verdict::RetrySlower | Verdict::Retry | Verdict::Refused => {}
        Verdict::Gone => disable(engine, lane, subscriber, "it answered 410 Gone").await,
    }
    if judged.is_exhausted && judged.verdict != Verdict::Gone {
        engine.meters.exhausted();
        note_exhausted(engine, lane, subscriber).await;
    }
}

/// A delivery was given up: the window begins, or it has passed.
async fn note_exhausted(engine: &Engine, lane: &Lane, subscriber: &Subscriber) {
    let Some(window) = engine.config.disable_after else { return };
    let now = engine.clock.now();
    match subscriber.failing_since {
        None => set_failing_since(engine, lane, subscriber, Some(now)).await,
        Some(since) if now.since(since) >= window => {
            disable(engine, lane, subscriber, "every delivery has failed for the whole window").await;
        }
        Some(_) => {}
    }
}

async fn set_failing_since(engine: &Engine, lane: &Lane, subscriber: &Subscriber, since: Option<Timestamp>) {
    match engine.store.note_failing_since(subscriber.endpoint, since).await {
        Ok(()) => {
            lane.forget_subscriber();
            engine.catalogue.changed(&[&subscriber.application]);
        }
        Err(error) => {
            tracing::warn!(%error, "failed to note an endpoint's failures; the next one is noted again")
        }
    }
}

async fn disable(engine: &Engine, lane: &Lane, subscriber: &Subscriber, why: &'static str) {
    match engine.store.disable_endpoint(subscriber.endpoint, engine.clock.now()).await {
        Ok(was_on) => {
            lane.forget_subscriber();
            engine.catalogue.changed(&[&subscriber.application]);
            if was_on {
                engine.meters.disabled();
                tracing::warn!(url = %subscriber.url_text, why, "endpoint disabled");
            }
        }
        Err(error) => tracing::warn!(%error, "failed to disable an endpoint; the next failure tries again"),
    }
}
