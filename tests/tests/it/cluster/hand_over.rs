//! SIGTERM: what waits on the node is done by another at once, not when its lease has run out.

use std::time::Duration;

use hooktide_testkit::{Behaviour, Gate};
use serde_json::json;
use tokio::time::Instant;

use super::world::World;

/// So long that nobody takes anything over by it.
const LEASE: &str = "60s";
/// From the node's end to the others' deliveries.
const AT_ONCE: Duration = Duration::from_secs(2);
const EXIT_MAX: Duration = Duration::from_secs(30);
const MESSAGES: usize = 40;

async fn world() -> World {
    World::with(2, |setup| {
        setup
            .retries("2s,2s")
            .env("HOOKTIDE_DELIVERY_JITTER", "0")
            .env("HOOKTIDE_CLUSTER_LEASE", LEASE)
            .env("HOOKTIDE_SHUTDOWN_GRACE", "1s")
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_that_wait_for_a_turn_are_made_by_another_node_at_once() {
    for ordered in [false, true] {
        let mut world = world().await;
        let gate = Gate::closed();
        // Whatever is on the wire hangs until the end; what was behind it goes through.
        let key = if ordered { json!("/customer") } else { serde_json::Value::Null };
        world.receiver.script("/slow", [Behaviour::ok().held_by(&gate)]);
        world.endpoint_with("/slow", json!({ "orderingKey": key })).await;
        for number in 0..MESSAGES {
            world.publish(0, number).await;
        }
        world.receiver.wait_on("/slow", 1).await;
        world.server(0).terminate();
        let status = world.server(0).wait_for_exit(EXIT_MAX).await;
        assert_eq!(status.code(), Some(0), "{status}");
        let begun = Instant::now();
        world.receiver.script("/slow", [Behaviour::ok()]);
        let before: Vec<String> = world.receiver.all().iter().map(|it| it.message_id().to_owned()).collect();
        world
            .receiver
            .wait_for_within(AT_ONCE, MESSAGES - before.len(), |it| {
                !before.contains(&it.message_id().to_owned())
            })
            .await;
        println!(
            "ordered {ordered}: {} left were made within {:?}",
            MESSAGES - before.len(),
            begun.elapsed()
        );
        gate.open();
    }
}

#[tokio::test]
async fn retry_that_waits_is_made_by_another_node_when_it_is_due() {
    let mut world = world().await;
    world.receiver.script("/retry", [500, 200].map(Behaviour::status));
    world.endpoint("/retry").await;
    let message = world.publish(0, 1).await;
    world.api(1).wait_for_attempts(&world.app, &message, 1).await;
    let status = world.server(0).sigterm(EXIT_MAX).await;
    assert_eq!(status.code(), Some(0), "{status}");
    let requests = world.receiver.wait_on("/retry", 2).await;
    let waited = requests[1].at - requests[0].at;
    assert!(waited >= Duration::from_secs(2) && waited < Duration::from_secs(2) + AT_ONCE, "{waited:?}");
    world.api(1).wait_for_attempts(&world.app, &message, 2).await;
}
