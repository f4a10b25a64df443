//! Endpoints that are switched off: because they asked for it, or because they failed for too long.

use std::time::Duration;

use hooktide_testkit::{Behaviour, ServerSetup, wait_until};
use serde_json::json;
use tokio::time::Instant;

use crate::world::World;

async fn is_disabled(world: &World, endpoint: &str) -> bool {
    world.api.get(&world.path(&format!("/endpoint/{endpoint}"))).await.expect(200).json()["disabled"]
        == json!(true)
}

#[tokio::test]
async fn gone_disables_the_endpoint_and_ends_the_delivery() {
    let world = World::with(ServerSetup::new().retries("50ms,50ms")).await;
    world.receiver.script("/gone", [Behaviour::status(410)]);
    let endpoint = world.endpoint("/gone").await;
    let message = world.publish().await;

    world.api.wait_for_status(&world.app, &message, &endpoint, 2).await;
    wait_until("the endpoint to be disabled", async || is_disabled(&world, &endpoint).await.then_some(()))
        .await;

    world.api.wait_for_attempts(&world.app, &message, 1).await;
    world.publish().await;
    let sentinel = world.endpoint("/sentinel").await;
    let last = world.publish().await;
    world.api.wait_for_status(&world.app, &last, &sentinel, 0).await;
    assert_eq!(world.receiver.count(|it| it.path() == "/gone"), 1);
}

#[tokio::test]
async fn endpoint_that_fails_for_the_whole_window_is_disabled() {
    let setup = ServerSetup::new().retries("").env("HOOKTIDE_DELIVERY_DISABLE_AFTER", "400ms");
    let world = World::with(setup).await;
    world.receiver.script("/dead", [Behaviour::status(500)]);
    let dead = world.endpoint("/dead").await;
    let alive = world.endpoint("/alive").await;
    let started = Instant::now();

    wait_until("the endpoint to be disabled", async || {
        world.publish().await;
        is_disabled(&world, &dead).await.then_some(())
    })
    .await;

    assert!(started.elapsed() >= Duration::from_millis(400), "not before the window ended");
    assert!(!is_disabled(&world, &alive).await);
}

#[tokio::test]
async fn one_success_starts_the_window_anew() {
    let setup = ServerSetup::new().retries("").env("HOOKTIDE_DELIVERY_DISABLE_AFTER", "1s");
    let world = World::with(setup).await;
    let script = (0..30_000).map(|n| if n % 3 == 2 { Behaviour::ok() } else { Behaviour::status(500) });
    world.receiver.script("/shaky", script);
    let endpoint = world.endpoint("/shaky").await;
    let started = Instant::now();
    while started.elapsed() < Duration::from_millis(2500) {
        let message = world.publish().await;
        world.received("/shaky", &message, 1).await;
    }
    assert!(!is_disabled(&world, &endpoint).await);
}

#[tokio::test]
async fn disabled_endpoint_can_be_enabled_again() {
    let world = World::with(ServerSetup::new().retries("50ms")).await;
    world.receiver.script("/back", [Behaviour::status(410), Behaviour::ok()]);
    let endpoint = world.endpoint("/back").await;
    world.publish().await;
    wait_until("the endpoint to be disabled", async || is_disabled(&world, &endpoint).await.then_some(()))
        .await;

    let path = world.path(&format!("/endpoint/{endpoint}"));
    let _ = world.api.patch(&path, json!({ "disabled": false })).await.expect(200);

    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
}
