//! Publishers, a flaky receiver and the three views: the load under which servers are stopped and killed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hooktide_testkit::{
    Answer, Api, Behaviour, Delivery, DeliveryState, Dice, Digest, Ledger, Method, Receiver, Sent,
    ServerView, wait_until,
};
use serde_json::json;
use tokio::task::JoinSet;

/// Publishers that call at the same time.
pub(crate) const PUBLISHERS: usize = 8;
/// Random answers scripted per flaky path; after them it is healthy.
pub(crate) const FLAKY_STEPS: usize = 3000;

/// One application under load, its endpoints and everything known about its messages.
pub(crate) struct Load {
    pub(crate) app: String,
    pub(crate) ledger: Ledger,
    /// Path of the receiver, id of the endpoint.
    endpoints: Vec<(String, String)>,
    name: String,
    next: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    running: JoinSet<Vec<(String, String, Answer)>>,
}

impl Load {
    /// An application with one healthy and one flaky endpoint.
    pub(crate) async fn prepare(api: &Api, receiver: &Receiver, name: &str, dice: &mut Dice) -> Self {
        let app = api.create_app(name).await;
        let mut endpoints = Vec::new();
        for kind in ["sound", "flaky"] {
            let path = format!("/{name}/{kind}");
            endpoints.push((path.clone(), api.create_endpoint(&app, &receiver.url(&path)).await));
        }
        let mut steps: Vec<Behaviour> = (0..FLAKY_STEPS).map(|_| flaky_step(dice)).collect();
        steps.push(Behaviour::ok());
        receiver.script(&endpoints[1].0, steps);
        let names: Vec<&str> = endpoints.iter().map(|(path, _)| path.as_str()).collect();
        let ledger = Ledger::new(dice.seed(), &names);
        Self {
            app,
            ledger,
            endpoints,
            name: name.to_owned(),
            next: Arc::default(),
            stop: Arc::default(),
            running: JoinSet::new(),
        }
    }

    /// Starts the publishers. They stop when told, or at the first call without an answer.
    pub(crate) fn start(&mut self, api: &Api) {
        self.stop = Arc::default();
        for _ in 0..PUBLISHERS {
            let (api, app, name) = (api.clone(), self.app.clone(), self.name.clone());
            let (next, stop) = (Arc::clone(&self.next), Arc::clone(&self.stop));
            self.running.spawn(async move {
                let mut answers = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let key = format!("{name}-{number}");
                    let payload = payload(&key, number);
                    let answer = publish(&api, &app, &key, &payload).await;
                    let unanswered = answer == Answer::Unanswered;
                    answers.push((key, payload, answer));
                    if unanswered {
                        break;
                    }
                }
                answers
            });
        }
    }

    /// Ends the publishers and enters their answers.
    pub(crate) async fn finish(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(answers) = self.running.join_next().await {
            for (key, payload, answer) in answers.expect("a publisher does not panic") {
                self.ledger.enter(&key, payload.as_bytes(), answer);
            }
        }
    }

    /// Repeats every call that was not answered, with its key, until the server answers.
    pub(crate) async fn repeat_unanswered(&mut self, api: &Api) {
        for key in self.ledger.unanswered() {
            let number =
                key.rsplit('-').next().and_then(|it| it.parse().ok()).expect("keys end in their number");
            let payload = payload(&key, number);
            let answer = publish(api, &self.app, &key, &payload).await;
            self.ledger.enter(&key, payload.as_bytes(), answer);
        }
    }

    /// Requests that the receiver has of this application.
    pub(crate) fn sent(&self, receiver: &Receiver) -> usize {
        let prefix = format!("/{}/", self.name);
        receiver.count(|it| it.target.starts_with(&prefix))
    }

    /// Waits until the receiver has `count` requests of this application.
    pub(crate) async fn wait_for_sent(&self, receiver: &Receiver, count: usize) {
        let prefix = format!("/{}/", self.name);
        receiver.wait_for(count, |it| it.target.starts_with(&prefix)).await;
    }

    /// Deliveries whose outcome the server has on record right now.
    pub(crate) async fn recorded(&self, api: &Api) -> BTreeSet<(Delivery, usize)> {
        let view = self.server_view(api).await;
        view.attempts.into_iter().collect()
    }

    /// What the receiver got that was not on record a moment before.
    pub(crate) fn in_flight(
        &self,
        receiver: &Receiver,
        recorded: &BTreeSet<(Delivery, usize)>,
    ) -> BTreeSet<Delivery> {
        let mut counts = std::collections::BTreeMap::<Delivery, usize>::new();
        for sent in self.sent_view(receiver) {
            *counts.entry(sent.delivery).or_default() += 1;
        }
        let known = |delivery: &Delivery, count: usize| {
            recorded.range((delivery.clone(), count)..).next().is_some_and(|(it, _)| it == delivery)
        };
        counts
            .into_iter()
            .filter(|(delivery, count)| !known(delivery, *count))
            .map(|(delivery, _)| delivery)
            .collect()
    }

    /// Waits until every acknowledged message has its final state at every endpoint, then compares the views.
    pub(crate) async fn settle_and_check(
        &mut self,
        api: &Api,
        receiver: &Receiver,
    ) -> hooktide_testkit::Summary {
        let acknowledged: BTreeSet<String> = self.acknowledged();
        let view = wait_until("every delivery to be decided", async || {
            let view = self.server_view(api).await;
            let open = acknowledged.iter().flat_map(|message| {
                let deliveries = self.endpoints.iter().map(move |(path, _)| Delivery::new(message, path));
                deliveries.filter(|it| {
                    !matches!(view.states.get(it), Some(DeliveryState::Succeeded | DeliveryState::Failed))
                })
            });
            (open.count() == 0).then_some(view)
        })
        .await;
        self.ledger.sent = self.sent_view(receiver);
        self.ledger.assert_kept(&view)
    }

    fn acknowledged(&self) -> BTreeSet<String> {
        let answers = self.ledger.published.values().flat_map(|it| &it.answers);
        let ids = answers.filter_map(|it| match it {
            Answer::Accepted(id) => Some(id.clone()),
            Answer::Unanswered => None,
        });
        ids.collect()
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
        let mut view = ServerView::default();
        let id_of =
            |it: &serde_json::Value, field: &str| it[field].as_str().expect("an item has ids").to_owned();
        for message in api.all(&format!("/app/{}/msg?with_content=false", self.app)).await {
            view.messages.insert(id_of(&message, "id"));
        }
        for (path, endpoint) in &self.endpoints {
            for message in
                api.all(&format!("/app/{}/endpoint/{endpoint}/msg?with_content=false", self.app)).await
            {
                let state = match message["status"].as_u64() {
                    Some(0) => DeliveryState::Succeeded,
                    Some(2) => DeliveryState::Failed,
                    _ => DeliveryState::Pending,
                };
                view.states.insert(Delivery::new(&id_of(&message, "id"), path), state);
            }
            for attempt in
                api.all(&format!("/app/{}/attempt/endpoint/{endpoint}?with_content=false", self.app)).await
            {
                *view.attempts.entry(Delivery::new(&id_of(&attempt, "msgId"), path)).or_default() += 1;
            }
        }
        view
    }
}

pub(crate) fn flaky_step(dice: &mut Dice) -> Behaviour {
    match dice.between(0, 9) {
        0 => Behaviour::status(500),
        1 => Behaviour::status(404),
        // Cut off inside the answer: certainly processed, certainly no success.
        2 => Behaviour::Raw(b"HTTP/1.1 200".as_slice().into()),
        _ => Behaviour::ok(),
    }
}

/// Distinct per key and the same at every repetition; lengths vary.
pub(crate) fn payload(key: &str, number: usize) -> String {
    json!({ "key": key, "pad": "x".repeat(number * 37 % 900) }).to_string()
}

/// One call. A 5xx is no promise: the message may or may not be stored.
async fn publish(api: &Api, app: &str, key: &str, payload: &str) -> Answer {
    let body = format!(r#"{{"eventType":"load","payload":{payload}}}"#);
    let request = api.request(Method::POST, &format!("/app/{app}/msg?with_content=false"));
    match request.idempotency_key(key).raw_json(body).try_send().await {
        Ok(reply) if reply.status == 202 => Answer::Accepted(reply.id()),
        Ok(reply) if reply.status >= 500 => Answer::Unanswered,
        Ok(reply) => panic!("a publish call was refused: {reply}"),
        Err(_) => Answer::Unanswered,
    }
}
