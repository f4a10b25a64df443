//! What every broker's source keeps to.

use std::collections::BTreeMap;

use hooktide_testkit::{Api, DEADLINE, Received, Receiver, ServerSetup, ServerUnderTest, wait_until};
use serde_json::{Value, json};

use super::broker::Broker;
use crate::destinations::servers::Proxy;

const SOURCES: &str = "/ingest/api/v1/source";
/// Published around kills.
const EVENTS: usize = 60;
/// Kills between them.
const KILLS: usize = 3;

pub(super) struct Fetching<B> {
    server: ServerUnderTest,
    api: Api,
    receiver: Receiver,
    pub(super) broker: B,
    /// The source's path.
    source: String,
}

impl<B: Broker> Fetching<B> {
    pub(super) async fn start(change: impl FnOnce(&mut Value)) -> Self {
        let broker = B::start().await;
        let address = broker.address();
        Self::start_at(broker, &address, change).await
    }

    async fn start_at(broker: B, address: &str, change: impl FnOnce(&mut Value)) -> Self {
        let server = ServerSetup::new().retries("50ms,100ms,200ms,400ms,800ms").start().await;
        let (api, receiver) = (server.api(), Receiver::start().await);
        let mut source = json!({ "name": "Broker", "type": B::KIND, "config": broker.config(address) });
        change(&mut source);
        let made = api.post(SOURCES, source).await.expect(201).id();
        let source = format!("{SOURCES}/{made}");
        let endpoint = json!({ "url": receiver.url("/event") });
        let _ = api.post(&format!("{source}/endpoint"), endpoint).await.expect(201);
        Self { server, api, receiver, broker, source }
    }

    pub(super) async fn connected(&self) {
        let what = "a connected feed";
        wait_until(what, async || (self.out().await["feed"]["state"] == "connected").then_some(())).await;
    }

    async fn out(&self) -> Value {
        self.api.get(&self.source).await.expect(200).json()
    }

    async fn receipts(&self, outcome: &str) -> Vec<Value> {
        self.api.all(&format!("{}/receipt?outcome={outcome}", self.source)).await
    }

    pub(super) async fn delivered(&self, body: &str) -> Received {
        self.receiver.wait_for(1, |it| it.path() == "/event" && it.body == body).await.remove(0)
    }

    /// Stops the server, which tells the broker first what is durable; then looks at what is left there.
    async fn end(mut self) -> usize {
        let stopped = self.server.sigterm(DEADLINE).await;
        assert!(stopped.success(), "{stopped:?}");
        let left = self.broker.left().await;
        self.broker.clean().await;
        left
    }
}

pub(super) async fn published_is_delivered_then_acknowledged<B: Broker>() {
    let mut fetching = Fetching::<B>::start(|_| {}).await;
    fetching.connected().await;
    for number in 0..5 {
        fetching.broker.publish(&format!("{{\"n\":{number}}}")).await;
    }
    for number in 0..5 {
        fetching.delivered(&format!("{{\"n\":{number}}}")).await;
    }
    let accepted = fetching.receipts("accepted").await;
    assert_eq!(accepted.len(), 5, "{accepted:?}");
    assert!(accepted.iter().all(|it| it["peer"].is_null() && it["code"] == "accepted"), "{accepted:?}");
    assert!(accepted.iter().all(|it| it["dedupeKey"].is_string() == B::IS_KEYED), "{accepted:?}");
    let out = fetching.out().await;
    assert_eq!((&out["ingestUrl"], &out["feed"]["lastError"]), (&Value::Null, &Value::Null), "{out}");
    assert_eq!(fetching.end().await, 0, "unacknowledged");
}

pub(super) async fn kill_loses_nothing<B: Broker>() {
    let mut fetching = Fetching::<B>::start(|_| {}).await;
    fetching.connected().await;
    let bodies: Vec<String> = (0..EVENTS).map(|number| format!("{{\"n\":{number}}}")).collect();
    for (number, body) in bodies.iter().enumerate() {
        fetching.broker.publish(body).await;
        if number % (EVENTS / KILLS) == EVENTS / KILLS / 2 {
            fetching.server.kill9();
            fetching.server.restart().await;
            fetching.api = fetching.server.api();
        }
    }
    for body in &bodies {
        fetching.delivered(body).await;
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for receipt in fetching.receipts("accepted").await {
        *times.entry(receipt["dedupeKey"].to_string()).or_default() += 1;
    }
    if B::IS_KEYED {
        assert_eq!(times.len(), EVENTS);
        assert!(times.values().all(|count| *count == 1), "an event was taken twice: {times:?}");
    }
    assert_eq!(fetching.end().await, 0, "unacknowledged");
}

pub(super) async fn broker_that_is_away_is_waited_for<B: Broker>() {
    let mut broker = B::start().await;
    if B::KEEPS_EARLY {
        broker.publish("{\"early\":1}").await;
    }
    let proxy = Proxy::down(broker.address()).await;
    let address = proxy.address.to_string();
    let mut fetching = Fetching::start_at(broker, &address, |_| {}).await;
    let waiting = wait_until("an error that is told", async || {
        let feed = fetching.out().await["feed"].clone();
        feed["lastError"].is_string().then_some(feed)
    })
    .await;
    assert_eq!(waiting["state"], "waiting", "{waiting}");
    proxy.bring_up();
    fetching.connected().await;
    fetching.broker.publish("{\"late\":1}").await;
    fetching.delivered("{\"late\":1}").await;
    if B::KEEPS_EARLY {
        fetching.delivered("{\"early\":1}").await;
    }
    assert_eq!(fetching.end().await, 0, "unacknowledged");
}

pub(super) async fn deleted_source_takes_nothing_more<B: Broker>() {
    let mut fetching = Fetching::<B>::start(|_| {}).await;
    fetching.connected().await;
    fetching.broker.publish("{\"before\":1}").await;
    fetching.delivered("{\"before\":1}").await;
    let _ = fetching.api.delete(&fetching.source).await.expect(204);
    let mut broker = fetching.broker;
    wait_until("the consumer's end", async || {
        // One after the other, until one stays.
        broker.publish("{\"after\":1}").await;
        (broker.left().await > 0).then_some(())
    })
    .await;
    assert!(fetching.receiver.all().iter().all(|it| it.body == "{\"before\":1}"));
    broker.clean().await;
}

pub(super) async fn event_that_is_too_large_is_kept_and_blocks_nothing<B: Broker>() {
    let mut fetching = Fetching::<B>::start(|source| source["bodyBytesMax"] = 20.into()).await;
    fetching.connected().await;
    fetching.broker.publish("{\"large\":\"larger than twenty bytes\"}").await;
    fetching.broker.publish("{\"small\":1}").await;
    fetching.delivered("{\"small\":1}").await;
    let refused = fetching.receipts("refused").await;
    assert_eq!((refused.len(), &refused[0]["code"]), (1, &json!("payload_too_large")), "{refused:?}");
    assert_eq!(fetching.end().await, 0, "unacknowledged");
}

/// An endpoint puts what the source fetches where the source fetches from.
pub(super) async fn loop_through_the_broker_ends<B: Broker>() {
    /// As for HTTP.
    const HOPS_MAX: usize = 8;
    let mut fetching = Fetching::<B>::start(|_| {}).await;
    fetching.connected().await;
    let body = json!({ "destination": fetching.broker.back() });
    let _ = fetching.api.post(&format!("{}/endpoint", fetching.source), body).await.expect(201);
    fetching.broker.publish("{\"round\":1}").await;
    let refused = wait_until("the loop's end", async || {
        let refused = fetching.receipts("refused").await;
        (!refused.is_empty()).then_some(refused)
    })
    .await;
    assert_eq!((refused.len(), &refused[0]["code"]), (1, &json!("loop_detected")), "{refused:?}");
    assert_eq!(fetching.receipts("accepted").await.len(), 1 + HOPS_MAX, "the first, and each hop");
    // What went round went to the other endpoint each time, and the header said how far it had come.
    let is_round = |it: &Received| it.path() == "/event" && it.body == "{\"round\":1}";
    let mut hops: Vec<String> = fetching
        .receiver
        .wait_for(1 + HOPS_MAX, is_round)
        .await
        .iter()
        .map(|it| it.header("hooktide-hops").to_owned())
        .collect();
    hops.sort();
    assert_eq!(hops, ["", "1", "2", "3", "4", "5", "6", "7", "8"]);
    assert_eq!(fetching.end().await, 0, "unacknowledged");
}

pub(super) async fn password_is_shown_and_written_nowhere<B: Broker>() {
    const PASSWORD: &str = "hunter2-that-nobody-sees";
    let broker = B::start().await;
    let proxy = Proxy::down(broker.address()).await;
    let address = proxy.address.to_string();
    let login = |config: &mut Value| {
        let url = config["url"].as_str().unwrap();
        let (scheme, rest) = url.split_once("://").unwrap();
        let host = rest.rsplit('@').next().unwrap();
        config["url"] = format!("{scheme}://me:{PASSWORD}@{host}").into();
    };
    let fetching = Fetching::start_at(broker, &address, |source| login(&mut source["config"])).await;
    let out = fetching.out().await;
    let shown = out["config"]["url"].as_str().unwrap().to_owned();
    assert!(shown.contains("me:[redacted]@"), "{shown}");
    // What was read can be written back, but not to lead the password elsewhere.
    let mut again = json!({ "name": "Renamed", "type": B::KIND, "config": out["config"] });
    again["config"].as_object_mut().unwrap().remove("secrets");
    let _ = fetching.api.put(&fetching.source, again.clone()).await.expect(200);
    again["config"]["url"] = shown.replace(&address, "broker.example.com").into();
    let refused = fetching.api.put(&fetching.source, again).await.expect(422).text();
    assert!(refused.contains("is still masked"), "{refused}");
    assert!(!fetching.server.log().contains(PASSWORD) && !out.to_string().contains(PASSWORD));
    assert_eq!(fetching.server.at_rest().place_of(PASSWORD), None, "the password can be read");
    fetching.broker.clean().await;
}

/// All claims over one broker.
macro_rules! claims {
    ($broker:ty) => {
        claims!($broker:
            published_is_delivered_then_acknowledged,
            kill_loses_nothing,
            broker_that_is_away_is_waited_for,
            deleted_source_takes_nothing_more,
            event_that_is_too_large_is_kept_and_blocks_nothing,
            loop_through_the_broker_ends,
            password_is_shown_and_written_nowhere,
        );
    };
    ($broker:ty: $($claim:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                crate::receive::brokers::claims::$claim::<$broker>().await;
            }
        )*
    };
}
pub(super) use claims;
