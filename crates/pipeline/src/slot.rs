//! A slot: one worker of a lane, with one connection of its own.
//!
//! Takes deliveries until there is none, waits while its connection is open, and ends. A panic while delivering ends
//! that attempt as our failure; the slot goes on.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;

use crate::deliver::{Tried, deliver};
use crate::engine::Engine;
use crate::gather::gather;
use crate::lane::{Job, Lane, Next};
use crate::outlet::Outlet;
use crate::record;
use crate::refill::refill;

/// Work for a lane until there is nothing to do.
pub(crate) async fn run(engine: Arc<Engine>, lane: Arc<Lane>) {
    let mut outlet = Outlet::new(&engine);
    while !engine.is_draining() {
        match lane.next(engine.clock.now()) {
            Next::Job { job, start_slot } => {
                if start_slot {
                    engine.start_slot(&lane);
                }
                engine.lanes.remove_bytes(job.cost());
                work(&engine, &lane, &mut outlet, *job).await;
            }
            Next::Refill => refill(&engine, &lane).await,
            Next::Wait => {
                if !wait(&lane, &mut outlet).await {
                    break;
                }
            }
            Next::Leave => break,
        }
    }
    drop(outlet);
    if lane.leave(engine.clock.now()) && !engine.is_draining() {
        engine.start_slot(&lane);
    }
    engine.slot_ended();
}

/// Wait for a call while the connection is worth keeping. Whether there is (or may be) work.
async fn wait(lane: &Lane, outlet: &mut Outlet) -> bool {
    if outlet.is_connected() {
        tokio::select! {
            biased;
            () = lane.called() => return true,
            () = outlet.idle() => {}
        }
    }
    !lane.stop_waiting()
}

async fn work(engine: &Arc<Engine>, lane: &Arc<Lane>, outlet: &mut Outlet, job: Job) {
    let delivered = AssertUnwindSafe(deliver(engine, lane, outlet, &job)).catch_unwind().await;
    let outcome = match delivered {
        Ok(Some(Tried::Ended(outcome))) => outcome,
        // Boxed: slots of other lanes must not carry its size.
        Ok(Some(Tried::Gathers)) => return Box::pin(gather(engine, lane, outlet, job)).await,
        // The server is ending: the delivery is found again at the next start.
        Ok(None) => return,
        Err(_panic) => {
            outlet.close();
            tracing::error!(message = %job.message.id, "delivering panicked; this is a bug in Hooktide, please report it");
            record::internal_error(engine, lane, &job)
        }
    };
    // Another node has taken it over meanwhile. By now it may be this one's again: then it is on its way anew, and that is
    // the outcome to record.
    if lane.holds(&job) {
        engine.store.record(outcome).await;
    }
}
