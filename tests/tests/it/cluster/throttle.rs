//! A rate over several nodes is one rate.

use std::time::Duration;

use hooktide_testkit::Received;
use serde_json::json;
use tokio::task::JoinSet;

use super::world::World;

const NODES: usize = 3;
const RATE: usize = 50;
/// For longer than five seconds.
const MESSAGES: usize = RATE * 6;

/// Publishes at all nodes at once, messages of types `a` and `b` in turn.
async fn publish_at_all(world: &World, app: &str) {
    let mut calls = JoinSet::new();
    for node in 0..NODES {
        let (api, app) = (world.api(node), app.to_owned());
        calls.spawn(async move {
            for number in 0..MESSAGES / NODES {
                let kind = if number % 2 == 0 { "a" } else { "b" };
                api.publish(&app, kind, json!({ "number": number })).await;
            }
        });
    }
    calls.join_all().await;
}

/// Claims that the requests came at the rate: over all of them, and within each second.
#[track_caller]
fn is_at_the_rate(requests: &[Received]) {
    let took = (requests[requests.len() - 1].at - requests[0].at).as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
    let (rate, wanted) = ((requests.len() - 1) as f64 / took, RATE as f64);
    assert!(took >= 5.0 && (rate - wanted).abs() <= wanted / 10.0, "{rate:.1}/s over {took:.1} s");
    let within = |from: &Received| {
        requests.iter().filter(|it| it.at >= from.at && it.at < from.at + Duration::from_secs(1)).count()
    };
    let busiest = requests.iter().map(within).max().unwrap_or(0);
    assert!(busiest <= RATE + RATE / 10, "{busiest} in one second");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttled_endpoint_gets_its_rate_from_all_nodes_together() {
    let world = World::new(NODES).await;
    world.endpoint_with("/slow", json!({ "throttleRate": RATE })).await;
    publish_at_all(&world, &world.app).await;
    is_at_the_rate(&world.receiver.wait_on("/slow", MESSAGES).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttled_application_gets_its_rate_from_all_nodes_together() {
    let world = World::new(NODES).await;
    let app = json!({ "name": "Slow", "throttleRate": RATE });
    let app = world.api(0).post("/app", app).await.expect(201).id();
    // Each message goes to one of the two.
    for (path, kind) in [("/a", "a"), ("/b", "b")] {
        world.api(0).ensure_event_type(kind).await;
        let endpoint = json!({ "url": world.receiver.url(path), "filterTypes": [kind] });
        world.api(0).create_endpoint_with(&app, endpoint).await;
    }
    publish_at_all(&world, &app).await;
    is_at_the_rate(&world.receiver.wait_for(MESSAGES, |_| true).await);
}
