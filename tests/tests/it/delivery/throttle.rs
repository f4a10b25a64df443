//! `throttleRate`: enforced for endpoints and applications, and paid for by nobody else.

use std::time::Duration;

use hooktide_testkit::Received;
use serde_json::json;

use crate::world::World;

const RATE: usize = 10;
const MESSAGES: usize = 35;

/// Most requests within any one second.
fn busiest_second(requests: &[Received]) -> usize {
    let within = |from: &Received| {
        requests.iter().filter(|it| it.at >= from.at && it.at < from.at + Duration::from_secs(1)).count()
    };
    requests.iter().map(within).max().unwrap_or(0)
}

#[tokio::test]
async fn throttled_endpoint_gets_its_rate_and_its_neighbour_all() {
    let world = World::new().await;
    world.endpoint_with("/slow", json!({ "throttleRate": RATE })).await;
    world.endpoint("/free").await;
    for _ in 0..MESSAGES {
        world.publish().await;
    }

    let free = world.receiver.wait_on("/free", MESSAGES).await;
    let slow = world.receiver.wait_on("/slow", MESSAGES).await;

    // The bucket may be full at first, so one second's worth may come at once on top of the rate.
    assert!(busiest_second(&slow) <= 2 * RATE + 1, "{} in one second", busiest_second(&slow));
    let took = slow[MESSAGES - 1].at - slow[0].at;
    assert!(took >= Duration::from_millis(2200), "{MESSAGES} at {RATE}/s took {took:?}");
    assert!(took <= Duration::from_secs(8), "{MESSAGES} at {RATE}/s took {took:?}");
    assert!(free[MESSAGES - 1].at < slow[MESSAGES - 1].at);
}

#[tokio::test]
async fn throttled_application_shares_its_rate_among_endpoints() {
    let world = World::new().await;
    let app = json!({ "name": "Slow", "uid": "slow", "throttleRate": RATE });
    let _ = world.api.post("/app", app).await.expect(201);
    for path in ["/a", "/b"] {
        world.api.create_endpoint("slow", &world.receiver.url(path)).await;
    }
    for _ in 0..MESSAGES / 2 {
        world.api.publish("slow", "a", json!({})).await;
    }
    let total = MESSAGES / 2 * 2;
    let requests = world.receiver.wait_for(total, |_| true).await;
    let took = requests[total - 1].at - requests[0].at;
    // Counted per message or per delivery: either way it cannot be faster than messages at the rate.
    assert!(took >= Duration::from_millis(600), "took {took:?}");
    assert!(busiest_second(&requests) <= 4 * RATE + 2, "{} in one second", busiest_second(&requests));
}

#[tokio::test]
async fn lifted_throttle_applies_at_once() {
    let world = World::new().await;
    let endpoint = world.endpoint_with("/slow", json!({ "throttleRate": 1 })).await;
    for _ in 0..40 {
        world.publish().await;
    }
    world.receiver.wait_on("/slow", 1).await;
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let _ = world.api.patch(&path, json!({ "throttleRate": null })).await.expect(200);
    // 39 at one per second would outlast the deadline.
    world.receiver.wait_on("/slow", 40).await;
}
