//! Refill: a lane with room takes what its schedule has due.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use hooktide_model::Trigger;
use hooktide_store::{DeliverySource, Due, InHand};
use hooktide_verify::{Request, Rule, evaluate};

use crate::deliver::subscriber;
use crate::engine::Engine;
use crate::lane::{Job, Lane, OrderKey};

/// Rows read at once at most.
const ROWS_MAX: usize = 1024;
/// How long a lane waits after its schedule could not be read.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Read what is due into the lane, and tell the timer when to look again.
pub(crate) async fn refill(engine: &Arc<Engine>, lane: &Arc<Lane>) {
    let now = engine.clock.now();
    // What is not known to be in order is not read: the deliveries of an endpoint that was deleted end one by one.
    let order = match subscriber(engine, lane).await {
        None => return lane.refill_failed(now.plus(RETRY_AFTER)),
        Some(found) => found.and_then(|subscriber| subscriber.order.clone()),
    };
    let limit = lane.room(order.is_some()).min(ROWS_MAX);
    let in_hand: Arc<dyn InHand> = Arc::<Lane>::clone(lane);
    match engine.store.due(lane.endpoint, now, limit, in_hand).await {
        Ok((due, next_due)) => {
            let jobs = due.into_iter().map(|due| Job {
                order: order.as_ref().and_then(|rule| order_key(rule, &due)),
                message: due.message,
                tries: due.tries,
                trigger: due.trigger,
                source: DeliverySource::Schedule(due.row),
                shared_by: 1,
            });
            let added_bytes = lane.add_due(jobs.collect(), next_due);
            engine.lanes.add_bytes(added_bytes);
            if let Some(due) = next_due {
                engine.timer.set(lane.endpoint, due);
            }
        }
        Err(error) => {
            tracing::error!(endpoint = lane.endpoint.0, %error, "failed to read the schedule, trying again");
            let retry_at = now.plus(RETRY_AFTER);
            lane.refill_failed(retry_at);
            engine.timer.set(lane.endpoint, retry_at);
        }
    }
}

/// What a delivery is kept in order with. One without such a value, and one that was asked for by hand, goes when it can.
fn order_key(rule: &Rule, due: &Due) -> Option<OrderKey> {
    let payload = due.message.payload.as_ref().filter(|_| due.trigger == Trigger::Scheduled)?;
    let request = Request { method: "POST", url: None, target: "/", headers: &[], body: payload };
    let mut hasher = DefaultHasher::new();
    evaluate(rule, &request)?.hash(&mut hasher);
    Some(hasher.finish())
}
