//! What the claims about flow and history share: a store that can be closed, killed and opened again, a clock moved
//! by hand, and a listener that writes down what it hears.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hooktide_model::clock::ManualClock;
use hooktide_model::{
    AppId, AttemptStatus, Clock, ContentType, EndpointId, EventTypeName, Message, OrgId, Seq, Timestamp,
    Trigger,
};
use parking_lot::Mutex;
use smallvec::SmallVec;
use tokio::sync::Notify;

use crate::{
    Accepted, DeliverySource, Due, FlowListener, NewAttempt, NewMessage, NewRow, NothingInHand, Outcome,
    Placement, ScheduleRow, Store, StoreError, Target,
};

/// How long a claim waits for what must happen, before it is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a backend's stores live during one claim.
#[async_trait]
pub trait Place: Send + Sync + 'static {
    /// Open the store that lies here, or a fresh one.
    async fn open(&self, clock: ManualClock) -> Arc<dyn Store>;
    /// Leave behind what a kill of the store's process would leave; the next `open` meets that.
    async fn kill(&self, store: Arc<dyn Store>);
    /// How long this place's stores remember idempotency keys.
    fn idempotency_window(&self) -> Duration;
    /// How long it remembers events that sources took.
    fn dedupe_window(&self) -> Duration;
}

/// A place, the store that is open there, and what its listener heard.
pub struct Harness {
    place: Box<dyn Place>,
    open: Mutex<(Arc<dyn Store>, Arc<Ear>)>,
    /// The store's clock.
    pub clock: ManualClock,
    /// Decides whatever a claim leaves to chance.
    pub seed: u64,
}

impl Harness {
    /// Open a store at `place`.
    pub async fn new(place: Box<dyn Place>, seed: u64) -> Self {
        let clock = ManualClock::at(Timestamp::from_unix_ms(1_795_168_800_000));
        let open = Mutex::new(open(&*place, &clock).await);
        Self { place, open, clock, seed }
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.open.lock().0)
    }

    /// What the store's listener has heard since it was opened.
    pub(super) fn ear(&self) -> Arc<Ear> {
        Arc::clone(&self.open.lock().1)
    }

    pub(super) fn idempotency_window(&self) -> Duration {
        self.place.idempotency_window()
    }

    pub(super) fn dedupe_window(&self) -> Duration {
        self.place.dedupe_window()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Close the store and open it again.
    pub(super) async fn reopen(&self) {
        self.store().close().await;
        let opened = open(&*self.place, &self.clock).await;
        *self.open.lock() = opened;
    }

    /// Kill the store and open what is left.
    pub(super) async fn kill(&self) {
        self.place.kill(self.store()).await;
        let opened = open(&*self.place, &self.clock).await;
        *self.open.lock() = opened;
    }

    /// A key that no object has.
    pub(super) fn seq(&self) -> Seq {
        self.store().seqs().next(self.now())
    }

    pub(super) fn app_id(&self, app: Seq) -> AppId {
        self.store().mint().id(app)
    }

    pub(super) fn endpoint_id(&self, endpoint: Seq) -> EndpointId {
        self.store().mint().id(endpoint)
    }

    /// A small message of that application without targets.
    pub(super) fn message(&self, app: Seq) -> NewMessage {
        NewMessage {
            org: OrgId::trusted("org_conformance"),
            app,
            event_type: EventTypeName::trusted("invoice.paid"),
            uid: None,
            channels: vec![],
            tags: vec![],
            deliver_at: None,
            content_type: ContentType::Json,
            payload: Bytes::from_static(b"{\"paid\":true}"),
            payload_expires_at: self.now().plus(Duration::from_secs(90 * 24 * 3600)),
            targets: SmallVec::new(),
            idempotency: None,
            receipt: None,
            hops: 0,
            params: None,
        }
    }

    pub(super) async fn accept(&self, message: NewMessage) -> Accepted {
        self.store().accept(message).await.expect("the store accepts a message")
    }

    /// Accept a message for one endpoint's lane; its key.
    pub(super) async fn accept_to(&self, app: Seq, endpoint: Seq, placement: Placement) -> Seq {
        let mut message = self.message(app);
        message.targets.push(Target { endpoint, placement });
        self.accept(message).await.id.seq()
    }

    /// Messages that only make the store longer.
    pub(super) async fn fill(&self, count: usize) {
        let app = self.seq();
        for _ in 0..count {
            self.accept(self.message(app)).await;
        }
    }

    /// The outcome of a try that begins now.
    pub(super) fn outcome(&self, message: Seq, endpoint: Seq, source: DeliverySource) -> Outcome {
        let attempt = NewAttempt {
            seq: self.seq(),
            number: 1,
            trigger: Trigger::Scheduled,
            status: AttemptStatus::Success,
            status_code: 200,
            duration_ms: 12,
            url: Arc::from("https://receiver.example/hooks"),
            response: Bytes::from_static(b"thanks"),
        };
        Outcome { message, endpoint, source, attempt, next_due: None, place: None }
    }

    /// The outcome of a failed try that begins now, with the next one after `wait`.
    pub(super) fn failure(
        &self,
        message: Seq,
        endpoint: Seq,
        source: DeliverySource,
        wait: Option<Duration>,
    ) -> Outcome {
        let mut outcome = self.outcome(message, endpoint, source);
        outcome.attempt.status = AttemptStatus::Fail;
        outcome.attempt.status_code = 500;
        outcome.next_due = wait.map(|wait| self.now().plus(wait));
        outcome
    }

    /// Record an outcome and wait until it is durable.
    pub(super) async fn record(&self, outcome: Outcome) {
        let (ear, attempt) = (self.ear(), outcome.attempt.seq);
        self.store().record(outcome).await;
        ear.until("an outcome is recorded", |heard| heard.recorded.contains_key(&attempt)).await;
    }

    pub(super) async fn due(&self, endpoint: Seq, limit: usize) -> (Vec<Due>, Option<Timestamp>) {
        self.store()
            .due(endpoint, self.now(), limit, Arc::new(NothingInHand))
            .await
            .expect("the schedule is read")
    }

    /// Key and row of everything due at the endpoint now.
    pub(super) async fn due_rows(&self, endpoint: Seq) -> Vec<(Seq, ScheduleRow)> {
        let (due, _) = self.due(endpoint, 10_000).await;
        due.iter().map(|due| (due.message.seq(), due.row)).collect()
    }

    /// Keys of the messages due at the endpoint now, in order of the schedule.
    pub(super) async fn due_messages(&self, endpoint: Seq) -> Vec<Seq> {
        self.due_rows(endpoint).await.into_iter().map(|(message, _)| message).collect()
    }

    pub(super) async fn scheduled_endpoints(&self) -> Vec<(Seq, Timestamp)> {
        let mut found = self.store().scheduled_endpoints().await.expect("the schedule is read");
        found.sort_unstable();
        found
    }
}

async fn open(place: &dyn Place, clock: &ManualClock) -> (Arc<dyn Store>, Arc<Ear>) {
    let store = place.open(clock.clone()).await;
    let ear = Arc::new(Ear::default());
    store.set_listener(Arc::clone(&ear) as Arc<dyn FlowListener>);
    (store, ear)
}

/// What a listener heard: how often, by key.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) committed: HashMap<Seq, usize>,
    pub(super) not_committed: usize,
    pub(super) recorded: HashMap<Seq, usize>,
    pub(super) scheduled: Vec<(Seq, Timestamp)>,
    pub(super) received: Vec<Seq>,
}

/// The listener.
#[derive(Default)]
pub(super) struct Ear {
    heard: Mutex<Heard>,
    changed: Notify,
}

impl Ear {
    fn note(&self, change: impl FnOnce(&mut Heard)) {
        change(&mut self.heard.lock());
        self.changed.notify_waiters();
    }

    /// Look at what was heard.
    pub(super) fn look<T>(&self, at: impl FnOnce(&Heard) -> T) -> T {
        at(&self.heard.lock())
    }

    /// Wait until the heard is as wished.
    pub(super) async fn until(&self, what: &str, wished: impl Fn(&Heard) -> bool) {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                if wished(&self.heard.lock()) {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap_or_else(|_| panic!("waited in vain until {what}"));
    }
}

impl FlowListener for Ear {
    fn committed(&self, message: &Arc<Message>, _targets: &[Target]) {
        self.note(|heard| *heard.committed.entry(message.seq()).or_default() += 1);
    }

    fn not_committed(&self, _targets: &[Target]) {
        self.note(|heard| heard.not_committed += 1);
    }

    fn recorded(&self, outcome: &Outcome) {
        self.note(|heard| *heard.recorded.entry(outcome.attempt.seq).or_default() += 1);
    }

    fn scheduled(&self, endpoint: Seq, due: Timestamp) {
        self.note(|heard| heard.scheduled.push((endpoint, due)));
    }

    fn received(&self, source: Seq) {
        self.note(|heard| heard.received.push(source));
    }
}

/// A row that somebody asked for.
pub(super) fn by_hand(message: Seq, endpoint: Seq, due: Timestamp) -> NewRow {
    NewRow { message, endpoint, due, trigger: Trigger::Manual, lease: None }
}

/// Poll until something that no listener tells of has happened.
pub(super) async fn eventually<F: Future<Output = bool>>(what: &str, mut look: impl FnMut() -> F) {
    let waiting = async {
        while !look().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("waited in vain until {what}"));
}

/// Whether the refusal is the one that a caller may try again.
pub(super) fn is_unavailable<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unavailable(_)))
}

/// A repeatable source of chance (splitmix64).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// A number below `sides`.
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % sides.max(1) as u64) as usize
    }
}
