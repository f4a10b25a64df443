//! What every verb of the flow shares, and the starting and ending of slots.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use hooktide_destinations::kinds::http::HttpShared;
use hooktide_destinations::seam::Shared;
use hooktide_model::{Clock, Seq};
use hooktide_store::Store;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore};

use crate::feed::Feeds;
use crate::follow::Followers;
use crate::http_clients::HttpClients;
use crate::keys::Keys;
use crate::lane::Lane;
use crate::lanes::Lanes;
use crate::meters::Meters;
use crate::put_off::PutOff;
use crate::scripts::{SCRIPTS_MAX, Scripts, TRIALS_MAX};
use crate::throttle::Throttle;
use crate::timer::Timer;
use crate::{Catalogue, PipelineConfig};

/// The shared parts of the flow.
pub(crate) struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) catalogue: Catalogue,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: PipelineConfig,
    pub(crate) http: Arc<HttpShared>,
    /// The clients of HTTP endpoints with options.
    pub(crate) http_clients: HttpClients,
    /// What destinations of the other kinds share.
    pub(crate) destinations: Arc<Shared>,
    pub(crate) lanes: Lanes,
    pub(crate) timer: Timer,
    pub(crate) meters: Meters,
    /// What proofs of providers need besides secrets.
    pub(crate) keys: Keys,
    /// Application limits, shared by the lanes of an application.
    pub(crate) app_throttles: Mutex<HashMap<Seq, Weak<Throttle>>>,
    /// Messages whose filters may be evaluated now.
    pub(crate) filter_turns: Arc<Semaphore>,
    /// Where scripts of deliveries run.
    pub(crate) scripts: Scripts,
    /// Where scripts are checked and tried, so that trying holds up no delivery.
    pub(crate) trials: Scripts,
    /// Sources that fetch.
    pub(crate) feeds: Arc<Feeds>,
    /// Requests that were more than their sources take.
    pub(crate) put_off: PutOff,
    /// Callers who wait for a source's next receipt.
    pub(crate) followers: Arc<Followers>,
    pub(crate) draining: AtomicBool,
    /// Whether other nodes use the store too.
    pub(crate) is_shared: bool,
    pub(crate) runtime: Handle,
    random: AtomicU64,
    slots: AtomicUsize,
    slot_ended: Notify,
    starved: Mutex<VecDeque<Arc<Lane>>>,
}

/// What an engine is made of.
pub(crate) struct EngineParts {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: PipelineConfig,
    pub(crate) http: Arc<HttpShared>,
    /// What destinations of the other kinds share.
    pub(crate) destinations: Arc<Shared>,
    pub(crate) seed: u64,
    /// Where deliveries run.
    pub(crate) runtime: Handle,
}

impl Engine {
    pub(crate) fn new(parts: EngineParts) -> Self {
        let config = &parts.config;
        Self {
            catalogue: Catalogue::new(Arc::clone(&parts.store)),
            lanes: Lanes::new(config.lane_capacity, config.concurrency, config.memory_bytes_max),
            timer: Timer::default(),
            meters: Meters::new(),
            keys: Keys::new(),
            http_clients: HttpClients::new(),
            app_throttles: Mutex::new(HashMap::new()),
            filter_turns: Arc::new(Semaphore::new(crate::filters::EVALUATIONS_MAX)),
            scripts: Scripts::new(SCRIPTS_MAX),
            trials: Scripts::new(TRIALS_MAX),
            feeds: Feeds::new(),
            put_off: PutOff::default(),
            followers: Arc::default(),
            draining: AtomicBool::new(false),
            runtime: parts.runtime,
            random: AtomicU64::new(parts.seed),
            slots: AtomicUsize::new(0),
            slot_ended: Notify::new(),
            starved: Mutex::new(VecDeque::new()),
            is_shared: parts.store.is_shared(),
            store: parts.store,
            clock: parts.clock,
            http: parts.http,
            destinations: parts.destinations,
            config: parts.config,
        }
    }

    /// A random number in `0.0 ..= 1.0` for jitter (splitmix64 over the seed: spread matters, secrecy does not).
    pub(crate) fn unit(&self) -> f64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let state = self.random.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let bits = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(u32::MAX);
        f64::from(bits) / f64::from(u32::MAX)
    }

    /// Ask for a slot's attention to a lane.
    pub(crate) fn call(self: &Arc<Self>, lane: &Arc<Lane>) {
        if lane.call() {
            self.start_slot(lane);
        }
    }

    /// Start a slot that the lane has already counted, or let the lane wait for one.
    pub(crate) fn start_slot(self: &Arc<Self>, lane: &Arc<Lane>) {
        if self.slots.fetch_add(1, Ordering::AcqRel) >= self.config.connections_max {
            self.slots.fetch_sub(1, Ordering::AcqRel);
            lane.slot_not_started();
            self.starved.lock().push_back(Arc::clone(lane));
            return;
        }
        self.runtime.spawn(crate::slot::run(Arc::clone(self), Arc::clone(lane)));
    }

    /// A slot has ended: its place goes to the lane that has waited longest.
    pub(crate) fn slot_ended(self: &Arc<Self>) {
        self.slots.fetch_sub(1, Ordering::AcqRel);
        self.slot_ended.notify_waiters();
        loop {
            let next = self.starved.lock().pop_front();
            let Some(lane) = next else { return };
            if lane.served(self.clock.now()) {
                return self.start_slot(&lane);
            }
        }
    }

    /// Whether the server is ending.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Wait until no slot is left.
    pub(crate) async fn slots_have_ended(&self) {
        loop {
            let ended = self.slot_ended.notified();
            if self.slots.load(Ordering::Acquire) == 0 {
                return;
            }
            ended.await;
        }
    }

    /// The shared limit of an application, or `None` without one.
    pub(crate) fn app_throttle(&self, app: Seq, rate: Option<u16>) -> Option<Arc<Throttle>> {
        let rate = rate.filter(|rate| *rate > 0)?;
        let mut throttles = self.app_throttles.lock();
        if let Some(found) = throttles.get(&app).and_then(Weak::upgrade).filter(|found| found.rate() == rate)
        {
            return Some(found);
        }
        throttles.retain(|_, throttle| throttle.strong_count() > 0);
        let fresh = Arc::new(Throttle::new(rate));
        throttles.insert(app, Arc::downgrade(&fresh));
        Some(fresh)
    }
}
