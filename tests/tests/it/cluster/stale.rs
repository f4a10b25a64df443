//! A node that was stopped for longer than its lease: its work is another's, and it sends and changes nothing of it.

use hooktide_testkit::{Behaviour, Gate, wait_until};
use serde_json::json;

use super::world::World;

const MESSAGES: usize = 60;

/// How often a node has joined the cluster, by its log.
fn lives(world: &World, node: usize) -> usize {
    world.cluster.nodes[node].server.log().matches("joined the cluster").count()
}

/// The first node is stopped with deliveries on the wire and others behind them; another makes them all; the first wakes.
async fn wake_up(settings: serde_json::Value) {
    let mut world = World::with(2, |setup| setup.retries("100ms,100ms,100ms")).await;
    let gate = Gate::closed();
    world.receiver.script("/held", [Behaviour::ok().held_by(&gate)]);
    let endpoint = world.endpoint_with("/held", settings).await;
    for number in 0..MESSAGES {
        world.publish(0, number).await;
    }
    world.receiver.wait_on("/held", 1).await;
    assert_eq!(lives(&world, 0), 1);
    world.server(0).pause();
    // What it had written may still have been on its way.
    let caught: Vec<String> = world.receiver.all().iter().map(|it| it.message_id().to_owned()).collect();
    world.receiver.script("/held", [Behaviour::ok()]);

    let decided = world.path(&format!("/attempt/endpoint/{endpoint}?with_content=false"));
    wait_until("the other node to make them all", async || {
        (world.api(1).all(&decided).await.len() >= MESSAGES).then_some(())
    })
    .await;
    let before = world.receiver.all().len();
    assert!(before <= MESSAGES + caught.len(), "{before} requests, {} were on the wire", caught.len());

    // It wakes, and the answers that it had waited for come.
    world.server(0).resume();
    gate.open();
    wait_until("the first node to begin another life", async || (lives(&world, 0) >= 2).then_some(())).await;
    let marker = world.publish(0, MESSAGES).await;
    world.receiver.wait_for(1, |it| it.message_id() == marker).await;
    wait_until("the outcome of the last one", async || {
        (world.api(1).attempts(&world.app, &marker).await.len() == 1).then_some(())
    })
    .await;

    assert_eq!(world.receiver.all().len(), before + 1, "it sent what was another's");
    let attempts = world.api(1).all(&decided).await;
    assert_eq!(attempts.len(), MESSAGES + 1, "it recorded what was another's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_that_was_stopped_for_longer_than_its_lease_sends_nothing_of_what_another_took_over() {
    wake_up(json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_that_was_stopped_for_longer_than_its_lease_sends_nothing_of_an_order_that_another_keeps() {
    wake_up(json!({ "orderingKey": "/customer" })).await;
}
