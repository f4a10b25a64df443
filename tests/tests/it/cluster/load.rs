//! Publishers at all nodes, three endpoints, and the views that the ledger compares.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hooktide_testkit::{
    Answer, Api, Behaviour, Delivery, DeliveryState, Dice, Digest, Kill, Ledger, Lives, OnDisk, OnRecord,
    Receiver, Sent, ServerView, Summary, wait_until, wait_until_within,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_postgres::Client;

use super::doors::Doors;
use super::order;
use super::publisher::{Call, Task, publish};

/// Publishers that call at the same time, each for a customer of its own.
const PUBLISHERS: usize = 8;
/// Random answers scripted per flaky path; after them it is healthy.
const FLAKY_STEPS: usize = 3000;
/// From the end of all faults to the last outcome: leases run out, rows are taken over, retries are made.
const SETTLED_WITHIN: Duration = Duration::from_secs(18);

/// An endpoint of the load.
#[derive(Debug)]
pub(super) struct Target {
    /// Path of the receiver.
    pub(super) path: String,
    pub(super) id: String,
    /// Keeps the order of each customer, for which it needs a lease.
    pub(super) is_ordered: bool,
    /// The status of each answer in turn, and of all after them.
    pub(super) script: Vec<u16>,
}

/// One application under load, and everything known about its messages.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) ledger: Ledger,
    pub(super) name: String,
    task: Task,
    targets: Vec<Target>,
    running: JoinSet<Vec<Call>>,
    /// Message, its customer and its number among all.
    pub(super) accepted: BTreeMap<String, (u64, u64)>,
    pub(super) longest_call: Duration,
}

impl Load {
    /// An application with a healthy, a flaky, and a flaky ordered endpoint.
    pub(super) async fn prepare(
        api: &Api,
        doors: &Doors,
        receiver: &Receiver,
        name: &str,
        dice: &mut Dice,
        stopped_max: Duration,
    ) -> Self {
        let app = api.create_app(name).await;
        let mut targets = Vec::new();
        for (kind, failing, is_ordered) in [("sound", 0, false), ("flaky", 20, false), ("ordered", 10, true)]
        {
            let path = format!("/{name}/{kind}");
            let ordering = if is_ordered { json!("/customer") } else { Value::Null };
            let body = json!({ "url": receiver.url(&path), "orderingKey": ordering });
            let id = api.create_endpoint_with(&app, body).await;
            let mut script: Vec<u16> = (0..FLAKY_STEPS).map(|_| answer(dice, failing)).collect();
            script.push(200);
            receiver.script(&path, script.iter().copied().map(Behaviour::status));
            targets.push(Target { path, id, is_ordered, script });
        }
        let paths: Vec<&str> = targets.iter().map(|target| target.path.as_str()).collect();
        let ledger = Ledger::new(dice.seed(), &paths);
        let task = Task {
            doors: doors.clone(),
            app,
            name: name.to_owned(),
            next: Arc::new(AtomicUsize::new(0)),
            stop: Arc::new(AtomicBool::new(false)),
            stopped_max,
        };
        let (running, accepted, longest_call) = (JoinSet::new(), BTreeMap::new(), Duration::ZERO);
        Self { ledger, name: name.to_owned(), task, targets, running, accepted, longest_call }
    }

    /// Starts the publishers.
    pub(super) fn start(&mut self, dice: &mut Dice) {
        for customer in 0..PUBLISHERS {
            self.running.spawn(publish(self.task.clone(), customer, Dice::new(dice.roll())));
        }
    }

    /// Ends the publishers, each when its last message is taken, and enters all their calls.
    pub(super) async fn finish(&mut self) {
        self.task.stop.store(true, Ordering::Relaxed);
        while let Some(calls) = self.running.join_next().await {
            for call in calls.expect("a publisher does not panic") {
                self.longest_call = self.longest_call.max(call.took);
                if let Answer::Accepted(id) = &call.answer {
                    let payload: Value = serde_json::from_str(&call.payload).expect("it was made as JSON");
                    let number = |field: &str| payload[field].as_u64().expect("a number");
                    self.accepted.insert(id.clone(), (number("customer"), number("number")));
                }
                self.ledger.enter(&call.key, call.payload.as_bytes(), call.answer);
            }
        }
    }

    /// Requests that the receiver has of this application.
    pub(super) fn sent(&self, receiver: &Receiver) -> usize {
        let prefix = format!("/{}/", self.name);
        receiver.count(|it| it.target.starts_with(&prefix))
    }

    /// Waits until the receiver has that many.
    pub(super) async fn wait_for_sent(&self, receiver: &Receiver, count: usize) {
        wait_until_within("requests of the load", SETTLED_WITHIN, async || {
            (self.sent(receiver) >= count).then_some(())
        })
        .await;
    }

    /// Notes what was in flight at a fault: received by now, not on record before it, and not a matter of the `spared`.
    pub(super) fn note_fault(&mut self, receiver: &Receiver, before: &OnDisk, spared: &Lives) {
        let mut counts = BTreeMap::<Delivery, usize>::new();
        for sent in self.sent_view(receiver) {
            *counts.entry(sent.delivery).or_default() += 1;
        }
        let targets: BTreeMap<&str, &Target> = self.targets.iter().map(|it| (it.path.as_str(), it)).collect();
        let is_in_flight = |delivery: &Delivery, count: usize| {
            let target = targets[delivery.endpoint.as_str()];
            let recorded = before.attempts(&delivery.message, &target.id).map_or(0, |it| it.count);
            count > recorded && !spared.own(&delivery.message, &target.id, target.is_ordered)
        };
        let in_flight = counts.into_iter().filter(|(delivery, count)| is_in_flight(delivery, *count));
        self.ledger.kills.push(Kill { in_flight: in_flight.map(|(delivery, _)| delivery).collect() });
    }

    /// Waits until every delivery of what was accepted is decided.
    pub(super) async fn settle(&self, database: &Client) {
        let mut open = Vec::new();
        let settled = wait_until("every delivery to be decided", async || {
            let record = OnDisk::in_postgres(database).await;
            let is_open = |message: &str, target: &Target| {
                record.attempts(message, &target.id).is_none_or(|it| it.state == DeliveryState::Pending)
            };
            let deliveries =
                self.targets.iter().flat_map(|target| self.accepted.keys().map(move |it| (it, target)));
            let left = deliveries.filter(|(message, target)| is_open(message, target));
            open = left.map(|(message, target)| Delivery::new(message, &target.path)).collect();
            open.is_empty().then_some(())
        });
        if tokio::time::timeout(SETTLED_WITHIN, settled).await.is_err() {
            let picture = OnRecord(database).picture().await.join("\n");
            let (seed, count) = (self.ledger.seed, open.len());
            open.truncate(10);
            panic!("seed {seed}: {count} deliveries are not decided, such as {open:#?}\n{picture}");
        }
    }

    /// Compares the views, the server's as `api` tells it, and the order of arrivals.
    pub(super) async fn check(&mut self, api: &Api, receiver: &Receiver) -> Summary {
        self.ledger.sent = self.sent_view(receiver);
        let view = self.server_view(api).await;
        for target in self.targets.iter().filter(|target| target.is_ordered) {
            order::check(receiver, target, &self.accepted, self.ledger.seed);
        }
        self.ledger.assert_kept(&view)
    }

    fn sent_view(&self, receiver: &Receiver) -> Vec<Sent> {
        let prefix = format!("/{}/", self.name);
        let requests = receiver.matching(|it| it.target.starts_with(&prefix));
        let sent = requests.iter().map(|it| Sent {
            delivery: Delivery::new(it.message_id(), it.path()),
            digest: Digest::of(&it.body),
        });
        sent.collect()
    }

    async fn server_view(&self, api: &Api) -> ServerView {
        let app = format!("/app/{}", self.task.app);
        let id_of = |it: &Value, field: &str| it[field].as_str().expect("an item has ids").to_owned();
        let messages = api.all(&format!("{app}/msg?with_content=false")).await;
        let messages: BTreeSet<String> = messages.iter().map(|it| id_of(it, "id")).collect();
        let mut view = ServerView { messages, ..ServerView::default() };
        for Target { path, id, .. } in &self.targets {
            for message in api.all(&format!("{app}/endpoint/{id}/msg?with_content=false")).await {
                let state = match message["status"].as_u64() {
                    Some(0) => DeliveryState::Succeeded,
                    Some(2) => DeliveryState::Failed,
                    _ => DeliveryState::Pending,
                };
                view.states.insert(Delivery::new(&id_of(&message, "id"), path), state);
            }
            for attempt in api.all(&format!("{app}/attempt/endpoint/{id}?with_content=false")).await {
                *view.attempts.entry(Delivery::new(&id_of(&attempt, "msgId"), path)).or_default() += 1;
            }
        }
        view
    }
}

fn answer(dice: &mut Dice, failing_percent: u64) -> u16 {
    match dice.between(0, 99) {
        it if it >= failing_percent => 200,
        it if it % 2 == 0 => 500,
        _ => 404,
    }
}
