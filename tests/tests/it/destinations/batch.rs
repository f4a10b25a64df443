//! Many events in one object: lines of JSON, an attempt for each event that names the object, and nothing lost when a put
//! fails or the server dies.

use std::collections::{BTreeMap, BTreeSet};

use hooktide_testkit::{ServerSetup, wait_until};
use serde_json::{Value, json};

use super::servers::{Proxy, address, s3, unique};
use crate::world::World;

/// Published around kills.
const EVENTS: usize = 150;
/// Kills between them.
const KILLS: usize = 3;

/// A bucket of the test's own.
struct Bucket(String);

impl Bucket {
    async fn new() -> Self {
        let name = unique("hooktide-batch").replace('_', "-");
        assert_eq!(s3("PUT", &name).await.0, 200);
        Self(name)
    }

    fn destination(&self, address: &str, batch: &Value) -> Value {
        let config = json!({
            "url": format!("http://{address}"), "bucket": self.0, "access_key_id": "test",
            "secret_access_key": "test", "batch": batch,
        });
        json!({ "destination": { "kind": "s3", "config": config } })
    }

    /// Every object by its key: the lines in it.
    async fn objects(&self) -> BTreeMap<String, Vec<Value>> {
        let (status, list) = s3("GET", &format!("{}?list-type=2", self.0)).await;
        assert_eq!(status, 200, "{list}");
        let keys = list.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap().to_owned());
        let mut objects = BTreeMap::new();
        for key in keys {
            let (status, text) = s3("GET", &format!("{}/{key}", self.0)).await;
            assert_eq!(status, 200, "{key}: {text}");
            let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            objects.insert(key, lines);
        }
        objects
    }
}

fn own_s3() -> String {
    address("s3", "127.0.0.1:5555")
}

async fn publish(world: &World, numbers: std::ops::Range<usize>) -> Vec<String> {
    let mut messages = Vec::new();
    for number in numbers {
        messages.push(world.api.publish(&world.app, "user.created", json!({ "n": number })).await);
    }
    messages
}

fn ids(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["message_id"].as_str().unwrap()).collect()
}

fn together(messages: &[String]) -> Vec<&str> {
    messages.iter().map(String::as_str).collect()
}

/// The object that an attempt's words name.
fn key_in(attempt: &Value) -> &str {
    let said = attempt["response"].as_str().unwrap();
    said.strip_prefix("stored as ").unwrap_or_else(|| panic!("{said}"))
}

#[tokio::test]
async fn full_batch_and_one_whose_time_is_over_are_an_object_each_and_an_attempt_for_each_event() {
    let (world, bucket) = (World::new().await, Bucket::new().await);
    let batch = json!({ "events_max": 40, "wait_s_max": 2 });
    let endpoint = world.api.create_endpoint_with(&world.app, bucket.destination(&own_s3(), &batch)).await;
    // More than deliveries are made at the same time, and not a whole number of batches.
    let messages = publish(&world, 0..100).await;
    for message in &messages {
        world.api.wait_for_status(&world.app, message, &endpoint, 0).await;
    }
    let objects = bucket.objects().await;
    let sizes: Vec<usize> = objects.values().map(Vec::len).collect();
    assert_eq!(sizes, [40, 40, 20], "keys are in the order of time");
    let stored: Vec<&str> = objects.values().flat_map(|lines| ids(lines)).collect();
    assert_eq!(stored, messages.iter().map(String::as_str).collect::<Vec<_>>());
    for (number, message) in messages.iter().enumerate() {
        let attempt = world.api.wait_for_attempts(&world.app, message, 1).await.remove(0);
        assert_eq!(attempt["responseStatusCode"], 200, "{attempt}");
        let lines = &objects[key_in(&attempt)];
        let line = lines.iter().find(|line| line["message_id"] == **message).unwrap();
        assert_eq!(line["payload"], json!({ "n": number }));
        assert_eq!(line["event_type"], "user.created");
        assert_eq!(line["idempotency_key"], format!("{message}.{endpoint}"));
    }
    let first = objects.keys().next().unwrap();
    let time = messages[0].clone();
    assert!(first.contains(&format!("Z-{time}-")) && first.ends_with(".jsonl"), "{first}");
}

#[tokio::test]
async fn failed_put_fails_every_event_of_it_and_the_same_events_are_one_object_again() {
    let world = World::with(ServerSetup::new().retries("2s,2s,2s,2s,2s")).await;
    let (bucket, proxy) = (Bucket::new().await, Proxy::down(own_s3()).await);
    let batch = json!({ "events_max": 5, "wait_s_max": 60 });
    let destination = bucket.destination(&proxy.address.to_string(), &batch);
    let endpoint = world.api.create_endpoint_with(&world.app, destination).await;
    let messages = publish(&world, 0..5).await;
    for message in &messages {
        let failed =
            wait_until("a failed attempt", async || world.api.attempts(&world.app, message).await.pop())
                .await;
        assert_eq!((&failed["status"], &failed["responseStatusCode"]), (&json!(2), &json!(0)), "{failed}");
    }
    assert!(bucket.objects().await.is_empty());
    proxy.bring_up();
    // These wait for more when the others come again, and are not mixed with them.
    let others = publish(&world, 5..7).await;
    for message in messages.iter().chain(&others) {
        world.api.wait_for_status(&world.app, message, &endpoint, 0).await;
    }
    let objects = bucket.objects().await;
    let stored: BTreeSet<Vec<&str>> = objects.values().map(|lines| ids(lines)).collect();
    let (first, second) = (together(&messages), together(&others));
    assert_eq!(stored, BTreeSet::from([first, second]), "what was tried together is tried again together");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_in_the_middle_loses_no_event_and_what_is_recorded_is_stored() {
    let mut world = World::with(ServerSetup::new().retries("50ms,100ms,200ms")).await;
    let bucket = Bucket::new().await;
    let batch = json!({ "events_max": 20, "wait_s_max": 1 });
    let endpoint = world.api.create_endpoint_with(&world.app, bucket.destination(&own_s3(), &batch)).await;
    let mut messages = Vec::new();
    for kill in 0..KILLS {
        let share = EVENTS / KILLS;
        messages.extend(publish(&world, kill * share..(kill + 1) * share).await);
        world.server.kill9();
        world.server.restart().await;
        world.api = world.server.api();
    }
    for message in &messages {
        world.api.wait_for_status(&world.app, message, &endpoint, 0).await;
    }
    let objects = bucket.objects().await;
    for message in &messages {
        let attempts = world.api.attempts(&world.app, message).await;
        let done: Vec<&Value> = attempts.iter().filter(|it| it["status"] == 0).collect();
        assert_eq!(done.len(), 1, "{message} ends once: {attempts:?}");
        assert!(
            ids(&objects[key_in(done[0])]).contains(&message.as_str()),
            "{message} is where it is said to be"
        );
    }
    let known: BTreeSet<&str> = messages.iter().map(String::as_str).collect();
    for lines in objects.values() {
        let stored = ids(lines);
        assert!(stored.iter().all(|id| known.contains(id)));
        assert_eq!(stored.iter().collect::<BTreeSet<_>>().len(), stored.len(), "never twice in one object");
    }
}

#[tokio::test]
async fn key_of_a_batch_cannot_ask_for_what_differs_between_its_events() {
    let world = World::new().await;
    for key in ["{{ payload.id }}", "{{ headers['x-a'] }}/{{ message_id }}"] {
        let mut body = Bucket("b".to_owned()).destination("127.0.0.1:5555", &json!({}));
        body["destination"]["config"]["key"] = key.into();
        let refused = world.api.post(&world.path("/endpoint"), body).await.expect(422).json();
        let place = json!(["body", "destination", "config", "key"]);
        assert_eq!(refused["detail"][0]["loc"], place, "{refused}");
    }
    let mut body = Bucket("b".to_owned()).destination("127.0.0.1:5555", &json!({ "events_max": 0, "x": 1 }));
    body["destination"]["config"]["batch"]["wait_s_max"] = 301.into();
    let refused = world.api.post(&world.path("/endpoint"), body).await.expect(422).text();
    for field in ["events_max", "wait_s_max", "is not a known field"] {
        assert!(refused.contains(field), "{refused}");
    }
}
