//! Providers that send at the same time, a flaky receiver and the three views: the load under which a receiving server
//! is killed.
//!
//! The provider is of the kind that never sends again what was answered 2xx; what was not answered is delivered again
//! by hand, under the same delivery id. Deliveries of a source stand in no list of the API, so that the server's view is
//! read from its disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hooktide_testkit::{
    Answer, Api, AtRest, Behaviour, Delivery, DeliveryState, Dice, Digest, Ledger, OnDisk, Receiver, Sent,
    ServerUnderTest, ServerView, Summary, wait_until,
};
use serde_json::json;
use tokio::task::JoinSet;

use super::provider::{Door, SECRET, call, sign_as};
use crate::load::{FLAKY_STEPS, PUBLISHERS, flaky_step, payload};

/// What came of one request: its delivery id and, if it was answered 2xx, its receipt.
type Sending = (String, Option<String>);

/// One source under load, its endpoints and everything known about its events.
pub(super) struct InboundLoad {
    pub(super) ledger: Ledger,
    door: Door,
    /// Path of the receiver, id of the endpoint.
    endpoints: Vec<(String, String)>,
    name: String,
    store: AtRest,
    next: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    running: JoinSet<Vec<Sending>>,
    /// Answers whose receipts have not been looked up yet.
    unresolved: Vec<Sending>,
}

impl InboundLoad {
    /// A source with one healthy and one flaky endpoint.
    pub(super) async fn prepare(
        server: &ServerUnderTest,
        receiver: &Receiver,
        name: &str,
        dice: &mut Dice,
    ) -> Self {
        let api = server.api();
        let door =
            Door::create(&api, json!({ "name": name, "type": "github", "config": { "secret": SECRET } }))
                .await;
        let mut endpoints = Vec::new();
        for kind in ["sound", "flaky"] {
            let path = format!("/{name}/{kind}");
            let made = api.post(&door.api("/endpoint"), json!({ "url": receiver.url(&path) })).await;
            endpoints.push((path, made.expect(201).id()));
        }
        let mut steps: Vec<Behaviour> = (0..FLAKY_STEPS).map(|_| flaky_step(dice)).collect();
        steps.push(Behaviour::ok());
        receiver.script(&endpoints[1].0, steps);
        let names: Vec<&str> = endpoints.iter().map(|(path, _)| path.as_str()).collect();
        Self {
            ledger: Ledger::new(dice.seed(), &names),
            door,
            endpoints,
            name: name.to_owned(),
            store: server.at_rest(),
            next: Arc::default(),
            stop: Arc::default(),
            running: JoinSet::new(),
            unresolved: Vec::new(),
        }
    }

    /// Starts the providers. They stop when told, or at the first request without an answer.
    pub(super) fn start(&mut self, api: &Api) {
        for _ in 0..PUBLISHERS {
            let (api, door, name) = (api.clone(), self.door.clone(), self.name.clone());
            let (next, stop) = (Arc::clone(&self.next), Arc::clone(&self.stop));
            self.running.spawn(async move {
                let mut answers = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let key = format!("{name}-{}", next.fetch_add(1, Ordering::Relaxed));
                    let receipt = send(&api, &door, &key).await;
                    let is_dead = receipt.is_none();
                    answers.push((key, receipt));
                    if is_dead {
                        break;
                    }
                }
                answers
            });
        }
    }

    /// Ends the providers and keeps their answers.
    pub(super) async fn finish(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(answers) = self.running.join_next().await {
            self.unresolved.extend(answers.expect("a provider does not panic"));
        }
    }

    /// Enters the answers, once there is a server that can say which message a receipt belongs to.
    pub(super) async fn enter(&mut self, api: &Api) {
        let messages: BTreeMap<String, String> =
            self.receipts(api).await.into_iter().map(|(receipt, message, _)| (receipt, message)).collect();
        for (key, receipt) in std::mem::take(&mut self.unresolved) {
            let answer = receipt.map_or(Answer::Unanswered, |receipt| {
                let message = messages.get(&receipt);
                let message =
                    message.unwrap_or_else(|| panic!("{key} was answered 2xx, and {receipt} is lost"));
                Answer::Accepted(message.clone())
            });
            self.ledger.enter(&key, body(&key).as_bytes(), answer);
        }
    }

    /// Delivers again what was not answered; how many there were.
    pub(super) async fn redeliver_unanswered(&mut self, api: &Api) -> usize {
        let unanswered = self.ledger.unanswered();
        for key in &unanswered {
            let key = key.clone();
            let receipt = send(api, &self.door, &key).await;
            self.unresolved.push((key, receipt));
        }
        self.enter(api).await;
        unanswered.len()
    }

    /// Delivers everything once more, as a person may do at the provider: it must be the same events.
    pub(super) async fn redeliver_all(&mut self, api: &Api) {
        let keys: Vec<String> = self.ledger.published.keys().cloned().collect();
        for key in keys {
            let receipt = send(api, &self.door, &key).await;
            self.unresolved.push((key, receipt));
        }
        self.enter(api).await;
    }

    /// Requests that the receiver has of this source.
    pub(super) fn sent(&self, receiver: &Receiver) -> usize {
        let prefix = format!("/{}/", self.name);
        receiver.count(|it| it.target.starts_with(&prefix))
    }

    /// Waits until the receiver has `count` requests of this source.
    pub(super) async fn wait_for_sent(&self, receiver: &Receiver, count: usize) {
        let prefix = format!("/{}/", self.name);
        receiver.wait_for(count, |it| it.target.starts_with(&prefix)).await;
    }

    /// What the receiver got that was not on record when `recorded` was read.
    pub(super) fn in_flight(&self, receiver: &Receiver, recorded: &OnDisk) -> BTreeSet<Delivery> {
        let mut counts = BTreeMap::<Delivery, usize>::new();
        for sent in self.sent_view(receiver) {
            *counts.entry(sent.delivery).or_default() += 1;
        }
        let is_open = |(delivery, count): &(Delivery, usize)| {
            let known = recorded.attempts(&delivery.message, self.endpoint(&delivery.endpoint));
            known.is_none_or(|known| known.count < *count)
        };
        counts.into_iter().filter(is_open).map(|(delivery, _)| delivery).collect()
    }

    /// Waits until every event that was answered 2xx has its final state at every endpoint, then compares the views.
    pub(super) async fn settle_and_check(&mut self, api: &Api, receiver: &Receiver) -> Summary {
        let receipts = self.receipts(api).await;
        let acknowledged: BTreeSet<String> = self.acknowledged();
        wait_until("every delivery to be decided", async || {
            let disk = self.store.on_record();
            let is_decided = |message: &String, endpoint: &str| {
                disk.attempts(message, endpoint).is_some_and(|it| it.state != DeliveryState::Pending)
            };
            let mut all =
                acknowledged.iter().flat_map(|message| self.endpoints.iter().map(move |it| (message, &it.1)));
            all.all(|(message, endpoint)| is_decided(message, endpoint)).then_some(())
        })
        .await;
        self.check_receipts(&receipts);
        self.ledger.sent = self.sent_view(receiver);
        let messages = receipts.into_iter().map(|(_, message, _)| message).collect();
        self.ledger.assert_kept(&self.server_view(messages))
    }

    /// One receipt for each event, and each of an event that was sent.
    fn check_receipts(&self, receipts: &[(String, String, String)]) {
        let mut keys = BTreeSet::new();
        for (receipt, _, key) in receipts {
            assert!(self.ledger.published.contains_key(key), "nobody sent what {receipt} holds: {key}");
            assert!(keys.insert(key), "{key} has two receipts, the second is {receipt}");
        }
    }

    fn server_view(&self, messages: BTreeSet<String>) -> ServerView {
        let disk = self.store.on_record();
        let mut view = ServerView { messages, ..ServerView::default() };
        let sent = self.ledger.sent.iter().map(|it| it.delivery.message.clone());
        for message in view.messages.iter().cloned().chain(sent).collect::<BTreeSet<_>>() {
            for (path, endpoint) in &self.endpoints {
                if let Some(known) = disk.attempts(&message, endpoint) {
                    view.states.insert(Delivery::new(&message, path), known.state);
                    view.attempts.insert(Delivery::new(&message, path), known.count);
                }
            }
        }
        view
    }

    fn acknowledged(&self) -> BTreeSet<String> {
        let answers = self.ledger.published.values().flat_map(|it| &it.answers);
        let ids = answers.filter_map(|it| match it {
            Answer::Accepted(id) => Some(id.clone()),
            Answer::Unanswered => None,
        });
        ids.collect()
    }

    fn endpoint(&self, path: &str) -> &str {
        let found = self.endpoints.iter().find(|(it, _)| it == path);
        &found.unwrap_or_else(|| panic!("{path} is no endpoint of {}", self.name)).1
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

    /// Id, message and key of what the source took.
    async fn receipts(&self, api: &Api) -> Vec<(String, String, String)> {
        let text = |it: &serde_json::Value| it.as_str().expect("a receipt has its ids").to_owned();
        let all = api.all(&self.door.api("/receipt?outcome=accepted")).await;
        all.iter().map(|it| (text(&it["id"]), text(&it["messageId"]), text(&it["dedupeKey"]))).collect()
    }
}

fn body(key: &str) -> String {
    let number = key.rsplit('-').next().and_then(|it| it.parse().ok()).expect("keys end in their number");
    payload(key, number)
}

/// One request; its receipt if it was answered 2xx. A 5xx is no promise.
async fn send(api: &Api, door: &Door, key: &str) -> Option<String> {
    let signed =
        sign_as("github", SECRET, &[("x-github-event", "push"), ("x-github-delivery", key)], &body(key));
    match call(api, &door.path, &signed).try_send().await {
        Ok(reply) if reply.status == 200 => match reply.header("hooktide-receipt") {
            id if id.is_empty() => panic!("{key} was taken for another event: {reply}"),
            id => Some(id),
        },
        Ok(reply) if reply.status >= 500 => None,
        Ok(reply) => panic!("{key} was refused: {reply}"),
        Err(_) => None,
    }
}
