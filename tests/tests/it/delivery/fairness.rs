//! What a slow or dead endpoint cannot do to the others.

use std::time::Duration;

use hooktide_testkit::{Behaviour, Gate, ServerSetup};
use serde_json::json;
use tokio::time::Instant;

use crate::world::World;

#[tokio::test]
async fn hanging_endpoints_cost_a_healthy_one_nothing() {
    let world = World::new().await;
    let gate = Gate::closed();
    for n in 0..5 {
        let path = format!("/hang{n}");
        world.receiver.script(&path, [Behaviour::ok().held_by(&gate)]);
        world.endpoint(&path).await;
    }
    world.endpoint("/healthy").await;
    let started = Instant::now();
    for _ in 0..100 {
        world.publish().await;
    }
    world.receiver.wait_on("/healthy", 100).await;
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    for n in 0..5 {
        let peak = world.receiver.peak(&format!("/hang{n}"));
        assert!((1..=10).contains(&peak), "{peak} requests at once to one endpoint");
    }

    gate.open();
    for n in 0..5 {
        let path = format!("/hang{n}");
        world.receiver.wait_on(&path, 100).await;
        let requests = world.receiver.matching(|it| it.path() == path);
        let mut ids: Vec<&str> = requests.iter().map(hooktide_testkit::Received::message_id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 100, "each message once on {path}");
    }
}

#[tokio::test]
async fn full_lane_spills_and_everything_arrives_once() {
    let setup = ServerSetup::new()
        .env("HOOKTIDE_DELIVERY_LANE_CAPACITY", "8")
        .env("HOOKTIDE_DELIVERY_CONCURRENCY", "2");
    let world = World::with(setup).await;
    let gate = Gate::closed();
    world.receiver.script("/spill", [Behaviour::ok().held_by(&gate)]);
    let endpoint = world.endpoint("/spill").await;
    let mut published = Vec::new();
    for n in 0..200 {
        published.push(world.api.publish(&world.app, "a", json!({ "n": n })).await);
    }
    world.receiver.wait_on("/spill", 2).await;
    assert_eq!(world.receiver.peak("/spill"), 2);

    gate.open();

    let requests = world.receiver.wait_on("/spill", 200).await;
    let mut seen: Vec<String> = requests.iter().map(|it| it.message_id().to_owned()).collect();
    seen.sort();
    published.sort();
    assert_eq!(seen, published);
    for message in [&published[0], &published[199]] {
        world.api.wait_for_status(&world.app, message, &endpoint, 0).await;
    }
    assert_eq!(world.receiver.count(|_| true), 200);
}

#[tokio::test]
async fn spilled_deliveries_survive_a_crash() {
    let setup = ServerSetup::new()
        .env("HOOKTIDE_DELIVERY_LANE_CAPACITY", "4")
        .env("HOOKTIDE_DELIVERY_CONCURRENCY", "1");
    let mut world = World::with(setup).await;
    let gate = Gate::closed();
    world.receiver.script("/spill", [Behaviour::ok().held_by(&gate)]);
    world.endpoint("/spill").await;
    let mut published = Vec::new();
    for _ in 0..60 {
        published.push(world.publish().await);
    }
    world.receiver.wait_on("/spill", 1).await;

    world.server.kill9();
    gate.open();
    world.server.restart().await;

    for message in &published {
        world.received("/spill", message, 1).await;
    }
    let api = world.server.api();
    for message in &published {
        api.wait_for_attempts(&world.app, message, 1).await;
    }
    assert!(world.receiver.count(|_| true) <= 61, "only what was in flight may come twice");
}
