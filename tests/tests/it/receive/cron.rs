//! Sources of type `cron`: an event at each time of a schedule, once, without a door.

use hooktide_testkit::{
    Behaviour, DEADLINE, Method, Received, Receiver, ServerSetup, ServerUnderTest, wait_until,
};
use serde_json::{Value, json};

const SOURCES: &str = "/ingest/api/v1/source";

fn cron(schedule: &str) -> Value {
    let config = json!({ "schedule": schedule, "payload": "{\"job\":\"report\"}" });
    json!({ "name": "Clock", "type": "cron", "config": config })
}

/// A server with a source that fetches and an endpoint of it; the source's path.
async fn ticking(server: &ServerUnderTest, receiver: &Receiver, source: Value) -> String {
    let api = server.api();
    let made = api.post(SOURCES, source).await.expect(201);
    let path = format!("{SOURCES}/{}", made.id());
    let endpoint = json!({ "url": receiver.url("/tick") });
    let _ = api.post(&format!("{path}/endpoint"), endpoint).await.expect(201);
    path
}

async fn receipts(server: &ServerUnderTest, source: &str) -> Vec<Value> {
    server.api().all(&format!("{source}/receipt?outcome=accepted")).await
}

async fn ticks(server: &ServerUnderTest, source: &str) -> usize {
    receipts(server, source).await.len()
}

async fn wait_for_ticks(server: &ServerUnderTest, source: &str, count: usize) {
    wait_until("ticks", async || (ticks(server, source).await >= count).then_some(())).await;
}

/// The times that became events, in milliseconds since 1970, in the order of their commits.
async fn scheduled(server: &ServerUnderTest, source: &str) -> Vec<i64> {
    let mut times = Vec::new();
    for receipt in receipts(server, source).await.iter().rev() {
        let path = format!("{source}/receipt/{}", receipt["id"].as_str().unwrap());
        let receipt = server.api().get(&path).await.expect(200).json();
        assert_eq!((&receipt["method"], &receipt["peer"]), (&json!("CRON"), &Value::Null), "{receipt}");
        let key = receipt["dedupeKey"].as_str().unwrap();
        times.push(key.strip_prefix("cron:").unwrap().parse().unwrap());
    }
    times
}

#[tokio::test]
async fn every_time_of_a_schedule_is_one_event() {
    let server = ServerUnderTest::start().await;
    let receiver = Receiver::start().await;
    let source = ticking(&server, &receiver, cron("* * * * * *")).await;
    let delivered = receiver.wait_on("/tick", 3).await;
    assert!(delivered.iter().all(|it| it.body == "{\"job\":\"report\"}"));
    assert!(delivered.iter().all(|it| it.header("content-type").starts_with("application/json")));
    let times = scheduled(&server, &source).await;
    let gaps: Vec<i64> = times.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(gaps.len() >= 2 && gaps.iter().all(|gap| *gap == 1000), "{times:?}");
    let out = server.api().get(&source).await.expect(200).json();
    assert_eq!((&out["feed"]["state"], &out["ingestUrl"]), (&json!("connected"), &Value::Null));
    assert_eq!(out["config"]["schedule"], "* * * * * *");
}

#[tokio::test]
async fn type_of_a_tick_is_the_sources_to_say() {
    let server = ServerUnderTest::start().await;
    let receiver = Receiver::start().await;
    let api = server.api();
    for (name, rule, expected) in
        [("plain", Value::Null, "cron.tick"), ("own", json!({ "constant": "report.due" }), "report.due")]
    {
        let mut source = cron("* * * * * *");
        source["eventType"] = rule;
        let made = api.post(SOURCES, source.clone()).await.expect(201).id();
        let path = format!("/{name}");
        let endpoint = json!({ "url": receiver.url(&path), "filterTypes": [expected] });
        let _ = api.post(&format!("{SOURCES}/{made}/endpoint"), endpoint).await.expect(201);
        receiver.wait_on(&path, 1).await;
        if name == "plain" {
            // A change takes hold while it ticks on.
            source["eventType"] = json!({ "constant": "changed" });
            let _ = api.put(&format!("{SOURCES}/{made}"), source).await.expect(200);
            let endpoint = json!({ "url": receiver.url("/changed"), "filterTypes": ["changed"] });
            let _ = api.post(&format!("{SOURCES}/{made}/endpoint"), endpoint).await.expect(201);
            receiver.wait_on("/changed", 2).await;
        }
    }
}

#[tokio::test]
async fn kill_neither_doubles_nor_makes_up_for_many_ticks() {
    let mut server = ServerSetup::new().retries("50ms,100ms,200ms,400ms").start().await;
    let receiver = Receiver::start().await;
    let source = ticking(&server, &receiver, cron("* * * * * *")).await;
    receiver.wait_on("/tick", 2).await;
    for round in 0..3 {
        server.kill9();
        server.restart().await;
        receiver.wait_on("/tick", 3 + round).await;
    }
    let times = scheduled(&server, &source).await;
    let mut once = times.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once, times, "a time became an event twice");
    assert!(times.iter().all(|time| time % 1000 == 0));
    // What was committed reaches the endpoint, whatever was killed in between.
    for receipt in receipts(&server, &source).await.iter().skip(1) {
        let message = receipt["messageId"].as_str().unwrap().to_owned();
        receiver.wait_for(1, |it: &Received| it.message_id() == message).await;
    }
}

#[tokio::test]
async fn source_that_is_deleted_or_switched_off_ticks_no_more() {
    let server = ServerUnderTest::start().await;
    let receiver = Receiver::start().await;
    let (api, kept) = (server.api(), cron("* * * * * *"));
    let source = ticking(&server, &receiver, kept.clone()).await;
    receiver.wait_on("/tick", 1).await;

    let off = json!({ "name": "Clock", "type": "cron", "disabled": true });
    let out = api.put(&source, off).await.expect(200).json();
    // Without a configuration it keeps its own.
    assert_eq!((&out["feed"], &out["config"]["schedule"]), (&Value::Null, &json!("* * * * * *")));
    let other = ticking(&server, &receiver, kept.clone()).await;
    let before = ticks(&server, &source).await;
    wait_for_ticks(&server, &other, 3).await;
    assert!(ticks(&server, &source).await <= before + 1, "at most the one that was being committed");

    let _ = api.put(&source, kept).await.expect(200);
    let before = ticks(&server, &source).await;
    wait_for_ticks(&server, &source, before + 1).await;
    let _ = api.delete(&source).await.expect(204);
    // The other one goes on, and nothing of the deleted one comes any more.
    let delivered = receiver.count(|it| it.path() == "/tick");
    let before = ticks(&server, &other).await;
    wait_for_ticks(&server, &other, before + 3).await;
    let since = receiver.count(|it| it.path() == "/tick") - delivered;
    assert!(since <= 3 + 2, "{since} ticks came while one source made 3");
    let _ = api.get(&source).await.expect(404);
}

#[tokio::test]
async fn mistakes_are_named_and_there_is_no_door() {
    let mut server = ServerUnderTest::start().await;
    let api = server.api();
    let mut wrong = cron("61 * * * *");
    wrong["url"] = "https://example.com".into();
    wrong["dedupe"] = "body_hash".into();
    wrong["config"]["payload"] = Value::Null;
    wrong["config"]["plan"] = "daily".into();
    let refused = api.post(SOURCES, wrong).await.expect(422).json();
    let places: Vec<String> = refused["detail"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            one["loc"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| step.as_str().unwrap())
                .collect::<Vec<_>>()
                .join(".")
        })
        .collect();
    for place in ["body.url", "body.dedupe", "body.config.plan", "body.config.payload"] {
        assert!(places.iter().any(|found| found == place), "{place} is not among {places:?}");
    }
    let refused = api.post(SOURCES, cron("61 * * * *")).await.expect(422);
    assert!(refused.text().contains("schedule"), "{}", refused.text());

    let source = api.post(SOURCES, cron("0 3 * * *")).await.expect(201);
    let path = format!("{SOURCES}/{}", source.id());
    let refused = api.post(&format!("{path}/token/rotate"), json!({})).await.expect(409);
    assert!(refused.text().contains("no_url"), "{}", refused.text());
    let _ = api.anonymous().request(Method::POST, "=/in/anything").send().await.expect(404);

    // A source with a door may become one without, and its URL is gone.
    let door = api.post(SOURCES, json!({ "name": "Door", "type": "none" })).await.expect(201);
    let token = super::provider::path_of(&door.json()["ingestUrl"]);
    let url = format!("={token}");
    let _ = api.anonymous().request(Method::POST, &url).bytes("{}").send().await.expect(202);
    let _ = api.put(&format!("{SOURCES}/{}", door.id()), cron("0 3 * * *")).await.expect(200);
    let _ = api.anonymous().request(Method::POST, &url).bytes("{}").send().await.expect(404);
    let stopped = server.sigterm(DEADLINE).await;
    assert!(stopped.success(), "{stopped:?}");
}

#[tokio::test]
async fn server_stops_in_order_between_ticks() {
    let mut server = ServerUnderTest::start().await;
    let receiver = Receiver::start().await;
    receiver.script("/tick", [Behaviour::ok()]);
    let source = ticking(&server, &receiver, cron("* * * * * *")).await;
    receiver.wait_on("/tick", 1).await;
    let stopped = server.sigterm(DEADLINE).await;
    assert!(stopped.success(), "{stopped:?}");
    assert!(!server.log().contains("did not end in time"), "{}", server.log());
    server.restart().await;
    assert!(!scheduled(&server, &source).await.is_empty());
}

#[tokio::test]
async fn types_that_fetch_are_listed_with_schema_and_example() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let list = api.get("/ingest/api/v1/feed-kind").await.expect(200).json();
    let kinds = list["data"].as_array().unwrap();
    let names: Vec<&str> = kinds.iter().map(|kind| kind["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["cron", "redis-stream", "nats", "amqp", "mqtt"]);
    for kind in kinds {
        assert_eq!(kind["schema"]["type"], "object", "{kind}");
        // Switched off, so that nobody connects to a server of the documentation.
        let source =
            json!({ "name": "n", "type": kind["name"], "config": kind["example"], "disabled": true });
        let out = api.post(SOURCES, source).await.expect(201).json();
        assert_eq!((&out["type"], &out["feed"]), (&kind["name"], &Value::Null), "{out}");
    }
}
