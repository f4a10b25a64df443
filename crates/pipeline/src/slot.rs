//! A slot: one worker of a lane, with one connection of its own.
//!
//! Takes deliveries until there is none, waits while its connection is open, and ends. A panic while delivering ends
//! that attempt as our failure; the slot goes on.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use hooktide_destinations::kinds::http::HttpSlot;

use crate::deliver::deliver;
use crate::engine::Engine;
use crate::lane::{Job, Lane, Next};
use crate::record;
use crate::refill::refill;

/// Work for a lane until there is nothing to do.
pub(crate) async fn run(engine: Arc<Engine>, lane: Arc<Lane>) {
    let mut http = HttpSlot::new(Arc::clone(&engine.http));
    while !engine.is_draining() {
        match lane.next(engine.clock.now()) {
            Next::Job { job, start_slot } => {
                if start_slot {
                    engine.start_slot(&lane);
                }
                engine.lanes.remove_bytes(job.cost());
                work(&engine, &lane, &mut http, *job).await;
            }
            Next::Refill => refill(&engine, &lane).await,
            Next::Wait => {
                if !wait(&lane, &mut http).await {
                    break;
                }
            }
            Next::Leave => break,
        }
    }
    drop(http);
    if lane.leave(engine.clock.now()) && !engine.is_draining() {
        engine.start_slot(&lane);
    }
    engine.slot_ended();
}

/// Wait for a call while the connection is worth keeping. Whether there is (or may be) work.
async fn wait(lane: &Lane, http: &mut HttpSlot) -> bool {
    if http.is_connected() {
        tokio::select! {
            biased;
            () = lane.called() => return true,
            () = http.idle() => {}
        }
    }
    !lane.stop_waiting()
}

async fn work(engine: &Arc<Engine>, lane: &Lane, http: &mut HttpSlot, job: Job) {
    let delivered = AssertUnwindSafe(deliver(engine, lane, http, &job)).catch_unwind().await;
    let outcome = match delivered {
        Ok(Some(outcome)) => outcome,
        // The server is ending: the delivery is found again at the next start.
        Ok(None) => return,
        Err(_panic) => {
            http.close_idle();
            tracing::error!(message = %job.message.id, "delivering panicked; this is a bug in Hooktide, please report it");
            record::internal_error(engine, lane, &job)
        }
    };
    engine.store.record(outcome).await;
}
