//! An endpoint's lane: the deliveries that wait for it in memory, and who works on them.
//!
//! Called by `accept` (reserve), `dispatch` (push, release), `slot` and `gather` (take) and `refill`. Pure state behind one lock:
//! nothing here waits or does I/O. What must stay true: a delivery is in the lane at most once ([`State::members`]),
//! from its push until its outcome is durable.

mod lines;
mod turn;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use hooktide_model::{Message, Seq, Timestamp, Trigger};
use hooktide_store::{DeliverySource, InHand};
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};

use self::lines::Lines;
pub(crate) use self::lines::OrderKey;
pub(crate) use self::turn::Gathered;
use crate::subscriber::Subscriber;
use crate::throttle::Throttle;

/// Deliveries that any lane may hold in memory, however slow its endpoint.
const ALLOWANCE_MIN: usize = 32;
/// Requests at the same time to an endpoint that has not answered yet: one that hangs must not hold many connections.
const CONCURRENCY_START: usize = 2;
/// A lane that holds no more takes from its schedule: enough for its slots while the schedule is read, and few to pass
/// over there.
const REFILL_AT: usize = 256;
/// How fast a lane's allowance grows with each quick success.
const ALLOWANCE_STEP: usize = 2;

/// A delivery in memory.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// What to deliver.
    pub(crate) message: Arc<Message>,
    /// Tries already made.
    pub(crate) tries: u16,
    /// What asked for it.
    pub(crate) trigger: Trigger,
    /// Whether a schedule row stands for it.
    pub(crate) source: DeliverySource,
    /// Lanes that hold the same message in memory, as far as known.
    pub(crate) shared_by: u16,
    /// What it is kept in order with, and read from the schedule for.
    pub(crate) order: Option<OrderKey>,
    /// Of one that is kept in order: when its next try is due, if that is not now. Its place in the schedule is earlier.
    pub(crate) not_before: Option<Timestamp>,
    /// Which of the lane's lives it was put in; set by the lane. A later life may hold the same delivery anew.
    pub(crate) life: u64,
}

impl Job {
    pub(crate) fn member(&self) -> (Seq, Trigger) {
        (self.message.seq(), self.trigger)
    }

    /// Its place in the schedule, where it keeps that until it has ended.
    pub(crate) fn place(&self) -> Option<Timestamp> {
        match self.source {
            DeliverySource::Schedule(row) => self.order.map(|_| row.due),
            DeliverySource::Lane => None,
        }
    }

    /// Bytes it holds in memory, for the limit over all lanes: its own, and its share of the message.
    pub(crate) fn cost(&self) -> usize {
        let payload_bytes = self.message.payload.as_ref().map_or(0, bytes::Bytes::len);
        JOB_BYTES + (MESSAGE_BYTES + payload_bytes) / usize::from(self.shared_by.max(1))
    }
}

/// Bytes of a delivery in a lane and in the store's list of open ones, without the message.
const JOB_BYTES: usize = 192;
/// Bytes of a message without its payload.
const MESSAGE_BYTES: usize = 320;

/// What a slot does next.
pub(crate) enum Next {
    /// Deliver this; first start the further slot that was counted, if there is enough to do for it.
    Job { job: Box<Job>, start_slot: bool },
    /// Read the schedule, then ask again.
    Refill,
    /// Nothing to do now: wait to be woken.
    Wait,
    /// The lane has more slots than it may use, or is closing.
    Leave,
}

/// The lane.
pub(crate) struct Lane {
    /// The endpoint's key.
    pub(crate) endpoint: Seq,
    /// Wakes waiting slots: a permit per call, so that no call is lost.
    wake: Semaphore,
    /// Wakes the slot that gathers.
    more: Notify,
    state: Mutex<State>,
}

struct State {
    queue: VecDeque<Job>,
    /// Taken by a slot and given back, because another one gathers: the next to be taken.
    returned: VecDeque<Job>,
    /// Whether a slot gathers what there is; then no other takes anything.
    is_gathering: bool,
    /// Those that are kept in order.
    lines: Lines,
    /// Queued, being sent, or sent and not yet recorded.
    members: HashSet<(Seq, Trigger)>,
    /// Places promised to publishes that are being committed.
    reserved: usize,
    allowance: usize,
    allowance_max: usize,
    slots: usize,
    idle_slots: usize,
    /// Requests at the same time: rises with each success, falls when the endpoint is slow.
    concurrency: usize,
    concurrency_max: usize,
    /// When the earliest schedule row that is not in the lane is due, as far as known.
    next_due: Option<Timestamp>,
    refilling: bool,
    /// The lane stands in line for one of the server's connections.
    starved: bool,
    /// Counts how often the lane let go of everything.
    life: u64,
    /// The life in which the refill that is under way began.
    refill_life: u64,
    /// Let go while a refill reads the schedule: what it read of these may be a row that is gone by now.
    released: HashSet<(Seq, Trigger)>,
    closed: bool,
    subscriber: Option<Arc<Subscriber>>,
    /// The endpoint's own limit, kept when its configuration is loaded again.
    throttle: Option<Arc<Throttle>>,
    /// Counts configuration changes: a load that began before one is not kept.
    generation: u64,
}

impl State {
    /// Whether a slot would find something to do.
    fn has_work(&mut self, now: Timestamp) -> bool {
        self.has_ready(now) || self.should_refill(now)
    }

    fn has_ready(&mut self, now: Timestamp) -> bool {
        !self.queue.is_empty() || !self.returned.is_empty() || self.lines.has_ready(now)
    }

    /// Whether the schedule has something and there is room for it.
    fn should_refill(&mut self, now: Timestamp) -> bool {
        let is_due = !self.refilling && self.next_due.is_some_and(|due| due <= now);
        is_due && self.queue.len() <= (self.allowance / 4).min(REFILL_AT) && self.lines.is_low(now)
    }

    fn take(&mut self, now: Timestamp) -> Option<Job> {
        let first = self.returned.pop_front().or_else(|| self.queue.pop_front());
        first.or_else(|| self.lines.take(now))
    }
}

impl Lane {
    pub(crate) fn new(endpoint: Seq, allowance_max: usize, concurrency_max: usize) -> Self {
        Self {
            endpoint,
            wake: Semaphore::new(0),
            more: Notify::new(),
            state: Mutex::new(State {
                queue: VecDeque::new(),
                returned: VecDeque::new(),
                is_gathering: false,
                lines: Lines::default(),
                members: HashSet::new(),
                reserved: 0,
                allowance: ALLOWANCE_MIN.min(allowance_max),
                allowance_max,
                slots: 0,
                idle_slots: 0,
                concurrency: CONCURRENCY_START.min(concurrency_max),
                concurrency_max,
                next_due: None,
                refilling: false,
                starved: false,
                life: 0,
                refill_life: 0,
                released: HashSet::new(),
                closed: false,
                subscriber: None,
                throttle: None,
                generation: 0,
            }),
        }
    }

    /// Promise a place in memory. `None` when the lane was closed: look it up again.
    pub(crate) fn try_reserve(&self) -> Option<bool> {
        let mut state = self.state.lock();
        if state.closed {
            return None;
        }
        let has_room = state.queue.len() + state.reserved < state.allowance;
        state.reserved += usize::from(has_room);
        Some(has_room)
    }

    /// Let go of every delivery, without an outcome; the bytes of those that waited. Those that are being sent are not
    /// held any more.
    pub(crate) fn disown(&self) -> usize {
        let mut state = self.state.lock();
        let mut jobs: Vec<Job> = state.queue.drain(..).collect();
        jobs.extend(state.returned.drain(..));
        jobs.extend(std::mem::take(&mut state.lines).into_jobs());
        state.members.clear();
        state.released.clear();
        state.life += 1;
        state.next_due = None;
        jobs.iter().map(Job::cost).sum()
    }

    /// Whether that delivery is in hand. One of an earlier life is not, though the same may have been read anew.
    pub(crate) fn holds(&self, job: &Job) -> bool {
        let state = self.state.lock();
        state.life == job.life && state.members.contains(&job.member())
    }

    /// The limit of that rate: the one it had, if it had one of the same rate, so that what was sent before counts.
    pub(crate) fn throttle(&self, rate: u16) -> Arc<Throttle> {
        let mut state = self.state.lock();
        match &state.throttle {
            Some(known) if known.rate() == rate => Arc::clone(known),
            _ => Arc::clone(state.throttle.insert(Arc::new(Throttle::new(rate)))),
        }
    }

    /// Give a promised place back.
    pub(crate) fn unreserve(&self) {
        self.state.lock().reserved -= 1;
    }

    /// Put a delivery into its promised place. Whether another slot is needed.
    pub(crate) fn push_reserved(&self, mut job: Job) -> bool {
        let mut state = self.state.lock();
        state.reserved -= 1;
        job.life = state.life;
        state.members.insert(job.member());
        state.queue.push_back(job);
        self.call_slot(&mut state)
    }

    /// Add deliveries read from the schedule, without those the lane already has; returns the bytes that were added.
    pub(crate) fn add_due(&self, due: Vec<Job>, next_due: Option<Timestamp>) -> usize {
        let mut state = self.state.lock();
        state.refilling = false;
        let noted_meanwhile = state.next_due;
        state.next_due = match (noted_meanwhile, next_due) {
            (Some(noted), Some(read)) => Some(noted.min(read)),
            (noted, read) => noted.or(read),
        };
        let mut added_bytes = 0;
        let released = std::mem::take(&mut state.released);
        let is_of_this_life = state.refill_life == state.life;
        if !is_of_this_life {
            // Whose these are by now is not known: the next refill reads again.
            state.next_due = Some(Timestamp::EPOCH);
        }
        for mut job in due.into_iter().filter(|_| is_of_this_life) {
            job.life = state.life;
            if released.contains(&job.member()) {
                // Whether its row still stands is not known: the next refill reads again.
                state.next_due = Some(Timestamp::EPOCH);
            } else if state.members.insert(job.member()) {
                added_bytes += job.cost();
                match job.order {
                    Some(key) => state.lines.add(key, job),
                    None => state.queue.push_back(job),
                }
            }
        }
        state.lines.read_ended();
        added_bytes
    }

    /// A refill could not read the schedule: try again at `retry_at`.
    pub(crate) fn refill_failed(&self, retry_at: Timestamp) {
        let mut state = self.state.lock();
        state.refilling = false;
        state.released.clear();
        state.next_due = Some(state.next_due.map_or(retry_at, |due| due.min(retry_at)));
    }

    /// A schedule row became due at `due`. Whether the timer must know: it is earlier than all known.
    pub(crate) fn note_due(&self, due: Timestamp) -> bool {
        let mut state = self.state.lock();
        let is_earliest = state.next_due.is_none_or(|known| due < known);
        if is_earliest {
            state.next_due = Some(due);
        }
        is_earliest
    }

    /// The outcome of that delivery is durable; `retry_at` when it is tried again. Whether another slot is needed: one
    /// that was kept behind it may go.
    pub(crate) fn release(&self, message: Seq, trigger: Trigger, retry_at: Option<Timestamp>) -> bool {
        let mut state = self.state.lock();
        state.members.remove(&(message, trigger));
        if state.refilling {
            state.released.insert((message, trigger));
        }
        let frees_another = trigger == Trigger::Scheduled && state.lines.release(message, retry_at);
        frees_another && self.call_slot(&mut state)
    }

    /// Ask for a slot's attention. Whether another slot is needed.
    pub(crate) fn call(&self) -> bool {
        self.call_slot(&mut self.state.lock())
    }

    fn call_slot(&self, state: &mut State) -> bool {
        if state.is_gathering {
            self.more.notify_one();
            return false;
        }
        if state.idle_slots > 0 {
            state.idle_slots -= 1;
            self.wake.add_permits(1);
            return false;
        }
        if state.slots < state.concurrency && !state.closed && !state.starved {
            state.slots += 1;
            return true;
        }
        false
    }

    /// What a slot does next. `now` decides whether the schedule has something.
    pub(crate) fn next(&self, now: Timestamp) -> Next {
        let mut state = self.state.lock();
        if state.closed || state.slots > state.concurrency {
            return Next::Leave;
        }
        if state.is_gathering {
            state.idle_slots += 1;
            return Next::Wait;
        }
        if state.should_refill(now) {
            state.refilling = true;
            state.refill_life = state.life;
            state.next_due = None;
            return Next::Refill;
        }
        match state.take(now) {
            Some(job) => {
                let has_more = state.has_ready(now);
                let start_slot = has_more && self.call_slot(&mut state);
                Next::Job { job: Box::new(job), start_slot }
            }
            None => {
                state.idle_slots += 1;
                Next::Wait
            }
        }
    }

    /// Wait, after [`Next::Wait`], until called.
    pub(crate) async fn called(&self) {
        match self.wake.acquire().await {
            Ok(permit) => permit.forget(),
            Err(_closed) => {}
        }
    }

    /// Stop waiting without having been called. `false` when a call came at the same moment: there is work.
    pub(crate) fn stop_waiting(&self) -> bool {
        let mut state = self.state.lock();
        if state.idle_slots > 0 {
            state.idle_slots -= 1;
            return true;
        }
        if let Ok(permit) = self.wake.try_acquire() {
            permit.forget();
        }
        false
    }

    /// How many deliveries to take from the schedule.
    pub(crate) fn room(&self, is_ordered: bool) -> usize {
        let state = self.state.lock();
        if is_ordered {
            return state.lines.room().max(1);
        }
        state.allowance.saturating_sub(state.queue.len() + state.reserved).max(1)
    }

    /// A slot that was to be started could not be: the lane stands in line until [`Lane::served`], and is not put
    /// there twice.
    pub(crate) fn slot_not_started(&self) {
        let mut state = self.state.lock();
        state.slots -= 1;
        state.starved = true;
    }

    /// It is this lane's turn. Whether it still needs a slot; then the slot is counted.
    pub(crate) fn served(&self, now: Timestamp) -> bool {
        let mut state = self.state.lock();
        state.starved = false;
        state.has_work(now) && self.call_slot(&mut state)
    }

    /// Deliveries waiting in memory.
    pub(crate) fn len(&self) -> usize {
        let state = self.state.lock();
        state.queue.len() + state.returned.len() + state.lines.len()
    }

    /// A slot ends. Whether another one must take over, because work came in at the same moment.
    pub(crate) fn leave(&self, now: Timestamp) -> bool {
        let mut state = self.state.lock();
        state.slots -= 1;
        state.has_work(now) && self.call_slot(&mut state)
    }

    /// The endpoint answered well and in time: let it have more.
    pub(crate) fn speed_up(&self) {
        let mut state = self.state.lock();
        state.allowance = (state.allowance + ALLOWANCE_STEP).min(state.allowance_max);
        state.concurrency = (state.concurrency + 1).min(state.concurrency_max);
    }

    /// The endpoint is slow, overloaded or away: keep less for it in memory, knock less often.
    pub(crate) fn slow_down(&self) {
        let mut state = self.state.lock();
        state.allowance = (state.allowance / 2).max(ALLOWANCE_MIN.min(state.allowance_max));
        state.concurrency = (state.concurrency / 2).max(1);
    }

    /// The endpoint's configuration, when known, and the generation it belongs to.
    pub(crate) fn subscriber(&self) -> (Option<Arc<Subscriber>>, u64) {
        let state = self.state.lock();
        (state.subscriber.clone(), state.generation)
    }

    /// Keep a configuration that was loaded in `generation`, unless another slot was quicker: then that one is used.
    pub(crate) fn keep_subscriber(&self, fresh: Arc<Subscriber>, generation: u64) -> Arc<Subscriber> {
        let mut state = self.state.lock();
        if state.generation != generation {
            return fresh;
        }
        Arc::clone(state.subscriber.get_or_insert(fresh))
    }

    /// The endpoint's configuration changed: load it again.
    pub(crate) fn forget_subscriber(&self) {
        let mut state = self.state.lock();
        state.generation += 1;
        state.subscriber = None;
    }

    /// Close the lane if nothing needs it; it then takes nothing more.
    pub(crate) fn close_if_unused(&self) -> bool {
        let mut state = self.state.lock();
        let unused = state.slots == 0
            && state.reserved == 0
            && state.queue.is_empty()
            && state.returned.is_empty()
            && state.lines.is_empty()
            && state.members.is_empty()
            && state.next_due.is_none()
            && !state.refilling
            && !state.starved;
        state.closed |= unused;
        unused
    }

    /// Stop handing out work: the server is ending. Wakes every waiting slot.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.wake.close();
        self.more.notify_one();
    }
}

impl InHand for Lane {
    fn has(&self, message: Seq, trigger: Trigger) -> bool {
        self.state.lock().members.contains(&(message, trigger))
    }
}

#[cfg(test)]
mod tests;
