//! Refill: a lane with room takes what its schedule has due.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use hooktide_model::{Timestamp, Trigger};
use hooktide_store::{DeliverySource, Due, InHand, StoreError};
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
            let mut jobs = Vec::with_capacity(due.len());
            for due in due {
                let order = order.as_ref().and_then(|rule| order_key(rule, &due));
                let not_before = match order {
                    Some(_) if due.tries > 0 => not_before(engine, lane, &due, now).await,
                    _ => None,
                };
                jobs.push(Job {
                    order,
                    not_before,
                    message: due.message,
                    tries: due.tries,
                    trigger: due.trigger,
                    source: DeliverySource::Schedule(due.row),
                    shared_by: 1,
                    life: 0,
                });
            }
            // Nothing that is read later would set the timer for what waits in the lane.
            let waits: Vec<Timestamp> = jobs.iter().filter_map(|job| job.not_before).collect();
            let added_bytes = lane.add_due(jobs, next_due);
            engine.lanes.add_bytes(added_bytes);
            waits.into_iter().chain(next_due).for_each(|due| engine.timer.set(lane.endpoint, due));
        }
        Err(error) => {
            // While the store is away every lane finds that out, and the store itself has said so once.
            match error {
                StoreError::Unavailable(_) => {
                    tracing::debug!(endpoint = lane.endpoint.0, %error, "the schedule cannot be read now")
                }
                _ => {
                    tracing::error!(endpoint = lane.endpoint.0, %error, "failed to read the schedule, trying again")
                }
            }
            let retry_at = now.plus(RETRY_AFTER);
            lane.refill_failed(retry_at);
            engine.timer.set(lane.endpoint, retry_at);
        }
    }
}

/// When the next try of a delivery is due whose row keeps its place: the lane knows it, but not after a restart. Where
/// history cannot be read it is tried now, which is early and in order.
async fn not_before(engine: &Engine, lane: &Lane, due: &Due, now: Timestamp) -> Option<Timestamp> {
    let endpoint = engine.store.mint().id(lane.endpoint);
    match engine.store.delivery(due.message.id, endpoint).await {
        Ok(state) => state?.next_attempt_at.filter(|time| *time > now),
        Err(error) => {
            tracing::warn!(%error, "failed to read when a retry is due; it is made now");
            None
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
