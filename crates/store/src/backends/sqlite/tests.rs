//! What the conformance suite cannot see: what lies on the disk, and what happens when the disk fails.

mod disk_full;
mod erased;
mod races;
mod retention;
mod sealing;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hooktide_model::clock::ManualClock;
use hooktide_model::{
    AttemptStatus, Clock, ContentType, EventTypeName, Message, MessageId, OrgId, Seq, Timestamp, Trigger,
};
use parking_lot::Mutex;

use super::{Retention, SqliteOptions, SqliteStore};
use crate::vault::Vault;
use crate::{
    DeliverySource, Flow, FlowListener, MessageFilter, NewAttempt, NewMessage, NothingInHand, Outcome,
    Placement, Store, Target,
};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A store in a folder, its clock, and an application and an endpoint that need no rows.
struct Bed {
    store: SqliteStore,
    clock: ManualClock,
    ear: Arc<Ear>,
    app: Seq,
    endpoint: Seq,
}

#[derive(Default)]
struct Ear(Mutex<HashSet<Seq>>);

impl FlowListener for Ear {
    fn committed(&self, _message: &Arc<Message>, _targets: &[Target]) {}
    fn not_committed(&self, _targets: &[Target]) {}
    fn recorded(&self, outcome: &Outcome) {
        self.0.lock().insert(outcome.attempt.seq);
    }
    fn scheduled(&self, _endpoint: Seq, _due: Timestamp) {}
    fn received(&self, _source: Seq) {}
}

fn clock() -> ManualClock {
    ManualClock::at(Timestamp::from_unix_ms(1_795_168_800_000))
}

fn options(folder: &Path, clock: &ManualClock) -> SqliteOptions {
    SqliteOptions {
        path: folder.join("hooktide.db"),
        vault: Vault::new(b"a main secret of sufficient length").unwrap(),
        clock: Arc::new(clock.clone()),
        idempotency_window: DAY,
        dedupe_window: 10 * DAY,
        idempotency_keys_max: 1_000_000,
        chunk_events: 7,
        chunk_bytes: 1 << 30,
        chunk_age: 365 * DAY,
        free_bytes_min: 0,
        retention: Retention { history: 30 * DAY, disk_bytes_max: 0 },
        on_fatal: Box::new(|reason| panic!("the store gave up: {reason}")),
    }
}

impl Bed {
    fn open(options: SqliteOptions, clock: &ManualClock) -> Self {
        let store = SqliteStore::open(options).unwrap();
        let ear = Arc::new(Ear::default());
        store.set_listener(Arc::clone(&ear) as Arc<dyn FlowListener>);
        Self { store, clock: clock.clone(), ear, app: Seq(1 << 40), endpoint: Seq(2 << 40) }
    }

    fn message(&self) -> NewMessage {
        NewMessage {
            org: OrgId::trusted("org_test"),
            app: self.app,
            event_type: EventTypeName::trusted("invoice.paid"),
            uid: None,
            channels: vec![],
            tags: vec![],
            deliver_at: None,
            content_type: ContentType::Json,
            payload: Bytes::from_static(b"{}"),
            payload_expires_at: self.clock.now().plus(365 * DAY),
            targets: smallvec::SmallVec::new(),
            idempotency: None,
            receipt: None,
            hops: 0,
            params: None,
        }
    }

    fn message_to_lane(&self) -> NewMessage {
        let target = Target { endpoint: self.endpoint, placement: Placement::Lane };
        NewMessage { targets: smallvec::SmallVec::from_slice(&[target]), ..self.message() }
    }

    async fn fill(&self, count: usize) {
        for _ in 0..count {
            self.store.accept(self.message()).await.unwrap();
        }
    }

    fn outcome(&self, message: Seq) -> Outcome {
        let attempt = NewAttempt {
            seq: self.store.seqs().next(self.clock.now()),
            number: 1,
            trigger: Trigger::Scheduled,
            status: AttemptStatus::Success,
            status_code: 200,
            duration_ms: 1,
            url: Arc::from("https://receiver.example"),
            response: Bytes::new(),
        };
        Outcome {
            message,
            endpoint: self.endpoint,
            source: DeliverySource::Lane,
            attempt,
            next_due: None,
            place: None,
        }
    }

    async fn record(&self, outcome: Outcome) {
        let attempt = outcome.attempt.seq;
        self.store.record(outcome).await;
        self.until("the outcome is recorded", || self.ear.0.lock().contains(&attempt)).await;
    }

    async fn due(&self) -> Vec<Seq> {
        let (due, _) =
            self.store.due(self.endpoint, self.clock.now(), 1000, Arc::new(NothingInHand)).await.unwrap();
        due.iter().map(|due| due.message.seq()).collect()
    }

    /// Poll until the state is as wished.
    async fn until(&self, what: &str, wished: impl Fn() -> bool) {
        let waiting = async {
            while !wished() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap_or_else(|_| panic!("waited in vain until {what}"));
    }

    /// Wait until every chunk but the open one is sealed.
    async fn sealed(&self) {
        let parts = self.store.parts();
        self.until("closed chunks are sealed", || {
            let mut chunks = parts.chain.all();
            chunks.pop();
            chunks.iter().all(|chunk| chunk.is_sealed())
        })
        .await;
    }

    /// Numbers of the chunks.
    fn chunks(&self) -> Vec<u32> {
        self.store.parts().chain.all().iter().map(|chunk| chunk.number).collect()
    }
}

fn all_messages() -> MessageFilter {
    MessageFilter {
        page: hooktide_model::PageRequest {
            limit: 1000,
            order: hooktide_model::Order::Ascending,
            cursor: None::<MessageId>,
            backwards: false,
        },
        before: None,
        after: None,
        event_types: vec![],
        channel: None,
        tag: None,
        with_payload: true,
    }
}
