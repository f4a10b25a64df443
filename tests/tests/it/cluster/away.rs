//! The database is away: callers hear so at once, nobody hangs, and the node resumes by itself.

use std::time::Duration;

use hooktide_testkit::{Api, Method, Reply, wait_until};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::publisher::CALL_MAX;
use super::world::World;

/// Once the node knows.
const REFUSED_WITHIN: Duration = Duration::from_millis(250);
const CALLS: usize = 40;

async fn publish(api: Api, path: String) -> (Reply, Duration) {
    let begun = Instant::now();
    let body = json!({ "eventType": "a", "payload": {} });
    let reply = api.request(Method::POST, &path).json(&body).try_send_within(CALL_MAX).await;
    (reply.unwrap_or_else(|error| panic!("a call without an answer: {error}")), begun.elapsed())
}

/// Callers of a node whose database is away, and of one whose database is there; then it is back.
async fn is_refused_at_once(world: &World, back: impl FnOnce()) {
    let path = world.path("/msg");
    // At most the calls that are on their way wait until the node knows.
    let mut first = JoinSet::new();
    for _ in 0..8 {
        first.spawn(publish(world.api(0), path.clone()));
    }
    for (reply, took) in first.join_all().await {
        reply.error(503);
        println!("a call that met it first took {took:?}");
    }
    for _ in 0..CALLS {
        let (reply, took) = publish(world.api(0), path.clone()).await;
        reply.error(503);
        assert!(took <= REFUSED_WITHIN, "{took:?}");
    }
    let (reply, _) = publish(world.api(1), path.clone()).await;
    let _ = reply.expect(202);
    back();
    wait_until("the node to resume by itself", async || {
        let (reply, _) = publish(world.api(0), path.clone()).await;
        (reply.status == 202).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishes_are_refused_at_once_while_the_database_cannot_be_reached() {
    let world = World::new(2).await;
    world.endpoint("/x").await;
    world.publish(0, 1).await;
    let network = &world.cluster.nodes[0].network;
    network.close();
    is_refused_at_once(&world, || network.open()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishes_are_refused_at_once_while_the_database_is_silent() {
    let world = World::new(2).await;
    world.endpoint("/x").await;
    world.publish(0, 1).await;
    let network = &world.cluster.nodes[0].network;
    network.freeze();
    is_refused_at_once(&world, || network.thaw()).await;
}
