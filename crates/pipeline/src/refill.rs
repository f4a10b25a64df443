//! Refill: a lane with room takes what its schedule has due.

use std::sync::Arc;
use std::time::Duration;

use hooktide_store::{DeliverySource, InHand};

use crate::engine::Engine;
use crate::lane::{Job, Lane};

/// Rows read at once at most.
const ROWS_MAX: usize = 1024;
/// How long a lane waits after its schedule could not be read.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Read what is due into the lane, and tell the timer when to look again.
pub(crate) async fn refill(engine: &Arc<Engine>, lane: &Arc<Lane>) {
    let now = engine.clock.now();
    let limit = lane.room().min(ROWS_MAX);
    let in_hand: Arc<dyn InHand> = Arc::<Lane>::clone(lane);
    match engine.store.due(lane.endpoint, now, limit, in_hand).await {
        Ok((due, next_due)) => {
            let jobs = due.into_iter().map(|due| Job {
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
