//! Gather: of an endpoint that takes many deliveries at once, take what comes until there is enough, and deliver it as one.
//!
//! Called by `slot`. One slot of a lane gathers at a time; while what it gathered is being sent, another one gathers the
//! next. What must stay true: every delivery of a batch has an attempt of its own, made when the batch was answered and
//! not before; what was tried together is tried again together, so that the destination can know it again. A crash
//! while gathering leaves what a crash in a lane leaves; one after the sending, before the outcomes are recorded, leads
//! to a second sending of those deliveries.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use hooktide_destinations::seam::{Delivered, Fault, Outcome as Fate, Parcel};
use hooktide_model::Timestamp;
use hooktide_store::{DeliverySource, Outcome};
use tokio::time::{Instant, timeout_at};

use crate::deliver::{Prepared, prepare, still_ours};
use crate::engine::Engine;
use crate::health;
use crate::lane::{Gathered, Job, Lane};
use crate::outlet::Outlet;
use crate::record::{self, Answer, Moment};
use crate::refill::refill;
use crate::subscriber::Subscriber;

/// Tries before, and when they came due: deliveries that failed together agree in both.
type Again = (u16, Timestamp);

/// What was gathered so far.
#[derive(Default)]
struct Batch {
    jobs: Vec<Job>,
    /// Those of the jobs, in the same order; one fewer while a job is being prepared.
    parcels: Vec<Parcel>,
    bytes: usize,
    /// The configuration that the first was prepared with; it is the batch's.
    subscriber: Option<Arc<Subscriber>>,
    /// What the batch's deliveries have in common when they are tried again.
    again: Option<Again>,
    /// Until when it waits for more.
    until: Option<Instant>,
    /// A delivery that does not belong to it.
    left: Option<Job>,
}

/// Gather, beginning with that delivery, send and record.
pub(crate) async fn gather(engine: &Arc<Engine>, lane: &Arc<Lane>, outlet: &mut Outlet, first: Job) {
    let cost = first.cost();
    let Some(first) = lane.begin_gathering(first) else {
        engine.lanes.add_bytes(cost);
        return;
    };
    let mut batch = Batch::default();
    let filled = AssertUnwindSafe(fill(engine, lane, &mut batch, first)).catch_unwind().await;
    engine.lanes.add_bytes(batch.left.as_ref().map_or(0, Job::cost));
    if lane.end_gathering(batch.left.take(), engine.clock.now()) {
        engine.start_slot(lane);
    }
    let parcels = std::mem::take(&mut batch.parcels);
    let sent = match filled {
        Ok(()) => AssertUnwindSafe(send(engine, lane, outlet, &batch, parcels)).catch_unwind().await,
        Err(panic) => Err(panic),
    };
    let outcomes = sent.unwrap_or_else(|_panic| {
        outlet.close();
        tracing::error!(
            endpoint = lane.endpoint.0,
            "a batch panicked; this is a bug in Hooktide, please report it"
        );
        batch.jobs.iter().map(|job| record::internal_error(engine, lane, job)).collect()
    });
    for outcome in outcomes {
        engine.store.record(outcome).await;
    }
}

/// Add to the batch until it is full, nothing more belongs to it, or its time is over.
async fn fill(engine: &Arc<Engine>, lane: &Arc<Lane>, batch: &mut Batch, first: Job) {
    let mut next = Some(first);
    loop {
        if let Some(job) = next.take() {
            match add(engine, lane, batch, job).await {
                true if !batch.is_over() => {}
                _ => return,
            }
        }
        match lane.gather(engine.clock.now()) {
            Gathered::Job(job) => {
                engine.lanes.remove_bytes(job.cost());
                next = Some(*job);
            }
            Gathered::Refill => refill(engine, lane).await,
            Gathered::Nothing => {
                let Some(until) = batch.until else { return };
                if timeout_at(until, lane.gather_called()).await.is_err() {
                    return;
                }
            }
            Gathered::Closed => return,
        }
    }
}

/// Add a delivery. Whether more may be added.
async fn add(engine: &Arc<Engine>, lane: &Lane, batch: &mut Batch, job: Job) -> bool {
    if !batch.jobs.is_empty() && batch.again != again(&job) {
        batch.left = Some(job);
        return false;
    }
    batch.again = again(&job);
    // It is the batch's already, so that a panic ends it, too.
    batch.jobs.push(job);
    let job = &batch.jobs[batch.jobs.len() - 1];
    let prepared = prepare(engine, lane, job).await;
    if let Some(Prepared::Parcel(subscriber, parcel)) = prepared {
        batch.keep(subscriber, parcel);
        return true;
    }
    let job = batch.jobs.pop();
    match prepared {
        Some(Prepared::Ended(outcome)) => engine.store.record(outcome).await,
        Some(Prepared::Alone) => batch.left = job,
        // The server is ending: the delivery is found again at the next start.
        Some(Prepared::Parcel(..)) | None => {}
    }
    batch.left.is_none() && !engine.is_draining()
}

impl Batch {
    fn keep(&mut self, subscriber: Arc<Subscriber>, parcel: Parcel) {
        self.bytes += parcel.payload.len();
        self.parcels.push(parcel);
        if self.subscriber.is_none() {
            let wait_max = subscriber.gathering().map(|(_, gathering)| gathering.wait_max);
            // What is tried again is due all at once: there is nothing to wait for.
            let wait = wait_max.filter(|_| self.again.is_none()).unwrap_or_default();
            self.until = Some(Instant::now() + wait);
            self.subscriber = Some(subscriber);
        }
    }

    /// Whether nothing more is to be added.
    fn is_over(&self) -> bool {
        let gathering = self.subscriber.as_ref().and_then(|subscriber| subscriber.gathering());
        let Some((_, gathering)) = gathering else { return false };
        let is_late = self.again.is_none() && self.until.is_some_and(|until| until <= Instant::now());
        self.jobs.len() >= gathering.events_max || self.bytes >= gathering.bytes_max || is_late
    }
}

/// `None` for first tries, and where the time in the schedule is a place in an order.
fn again(job: &Job) -> Option<Again> {
    match job.source {
        DeliverySource::Schedule(row) if job.tries > 0 && job.order.is_none() => Some((job.tries, row.due)),
        _ => None,
    }
}

/// Send the batch and judge it for each of its deliveries.
async fn send(
    engine: &Engine,
    lane: &Lane,
    outlet: &mut Outlet,
    batch: &Batch,
    parcels: Vec<Parcel>,
) -> Vec<Outcome> {
    let Some(subscriber) = &batch.subscriber else { return Vec::new() };
    let Some((target, gathering)) = subscriber.gathering() else { return Vec::new() };
    if still_ours(engine, lane, &batch.jobs).await.is_none() {
        return Vec::new();
    }
    let started_at = engine.clock.now();
    let delivered = match (gathering.bind)(parcels) {
        Ok(parcel) => outlet.deliver(engine, target, &parcel).await,
        Err(fault) => unbound(fault),
    };
    let moment = Moment::since(engine, started_at);
    let judge =
        |job| record::judge(engine, lane, job, subscriber, moment, Answer::Delivered(delivered.clone()));
    let judged: Vec<_> = batch.jobs.iter().map(judge).collect();
    health::note_batch(engine, lane, subscriber, &judged).await;
    judged.into_iter().map(|judged| judged.outcome).collect()
}

fn unbound(fault: Fault) -> Delivered {
    let (outcome, detail) = (Fate::Retry { after: None }, fault.detail.into());
    Delivered { outcome, code: None, detail, duration: std::time::Duration::ZERO }
}
