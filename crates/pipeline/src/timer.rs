//! When which endpoint's schedule has something due: one entry per endpoint or few, never one per delivery.
//!
//! Driven by wall-clock times (that is what the schedule holds) and looked at every second at least, so a clock that
//! jumps costs a second, not a delivery. A lost entry costs latency: start-up reads all endpoints again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use hooktide_model::{Seq, Timestamp};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::engine::Engine;

/// The longest the timer sleeps.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The entries.
#[derive(Default)]
pub(crate) struct Timer {
    entries: Mutex<BinaryHeap<Reverse<(Timestamp, Seq)>>>,
    earlier: Notify,
}

impl Timer {
    /// Look at that endpoint's schedule at `due`.
    pub(crate) fn set(&self, endpoint: Seq, due: Timestamp) {
        let mut entries = self.entries.lock();
        let is_first = entries.peek().is_none_or(|Reverse((first, _))| due < *first);
        entries.push(Reverse((due, endpoint)));
        drop(entries);
        if is_first {
            self.earlier.notify_one();
        }
    }

    /// An endpoint that is due, or how long until the next one is.
    fn next(&self, now: Timestamp) -> Result<(Seq, Timestamp), Duration> {
        let mut entries = self.entries.lock();
        match entries.peek() {
            Some(Reverse((due, _))) if *due <= now => {
                let Reverse((due, endpoint)) = entries.pop().expect("it was just looked at");
                Ok((endpoint, due))
            }
            Some(Reverse((due, _))) => Err(due.since(now).min(LOOK_EVERY)),
            None => Err(LOOK_EVERY),
        }
    }
}

/// Call the lanes whose time has come, until the engine is gone or draining.
pub(crate) async fn run(engine: Weak<Engine>) {
    loop {
        let Some(engine) = engine.upgrade().filter(|engine| !engine.is_draining()) else { return };
        match engine.timer.next(engine.clock.now()) {
            Ok((endpoint, due)) => {
                let lane = engine.lanes.get(endpoint);
                lane.note_due(due);
                engine.call(&lane);
            }
            Err(wait) => {
                let engine: Arc<Engine> = engine;
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = engine.timer.earlier.notified() => {}
                }
            }
        }
    }
}
