//! What was sent is recorded, whatever happens to the database's connection between the answer and the commit.

use std::time::Duration;

use hooktide_testkit::{Behaviour, Gate, wait_until};
use serde_json::json;
use tokio::time::Instant;

use super::world::World;

/// Longer than a node takes to begin the commit of an outcome.
const COMMIT_BEGUN: Duration = Duration::from_millis(400);
/// One way to the database: what the node asks it takes long enough for something to come in between.
const SLOW: Duration = Duration::from_millis(8);
/// Leases with nothing to serve are offered back every five signs of life, a second apart.
const OFFERED_TWICE: Duration = Duration::from_secs(11);
const CUSTOMERS: usize = 4;

#[tokio::test]
async fn outcome_whose_commit_never_reached_the_database_is_written_again() {
    let world = World::new(1).await;
    let (api, gate) = (world.api(0), Gate::closed());
    world.receiver.script("/held", [Behaviour::ok().held_by(&gate)]);
    let endpoint = world.endpoint("/held").await;
    let message = world.publish(0, 1).await;
    world.receiver.wait_on("/held", 1).await;

    let network = &world.cluster.nodes[0].network;
    network.freeze();
    gate.open();
    // Nothing can be asked now: the commit is on its way, and ends there.
    tokio::time::sleep(COMMIT_BEGUN).await;
    network.cut();
    network.thaw();

    wait_until("the node to resume", async || {
        let reply = api.request(hooktide_testkit::Method::GET, "=/readyz").try_send().await;
        reply.ok().filter(|reply| reply.status == 200)
    })
    .await;
    wait_until("the outcome", async || {
        let path = world.path(&format!("/msg/{message}/endpoint"));
        let reply = api.request(hooktide_testkit::Method::GET, &path).try_send().await.ok()?;
        let is_known = |it: &&serde_json::Value| it["id"] == json!(endpoint) && it["status"] == json!(0);
        (reply.status == 200).then(|| reply.json())?["data"].as_array()?.iter().find(is_known).map(|_| ())
    })
    .await;
    assert_eq!(api.attempts(&world.app, &message).await.len(), 1);
    assert_eq!(world.receiver.count(|it| it.path() == "/held"), 1, "it was sent once and recorded once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outcome_that_comes_while_its_lease_is_offered_back_is_recorded() {
    let world = World::new(1).await;
    let endpoint = world.endpoint_with("/o", json!({ "orderingKey": "/customer" })).await;
    world.cluster.nodes[0].network.delay(SLOW);
    let begun = Instant::now();
    let mut publishers = tokio::task::JoinSet::new();
    for customer in 0..CUSTOMERS {
        let (api, app) = (world.api(0), world.app.clone());
        publishers.spawn(async move {
            let mut count = 0;
            while begun.elapsed() < OFFERED_TWICE {
                api.publish(&app, "a", json!({ "customer": customer, "number": count })).await;
                count += 1;
            }
            count
        });
    }
    let count: usize = publishers.join_all().await.into_iter().sum();
    world.cluster.nodes[0].network.delay(Duration::ZERO);
    let attempts = world.path(&format!("/attempt/endpoint/{endpoint}?with_content=false"));
    wait_until("every outcome", async || (world.api(0).all(&attempts).await.len() >= count).then_some(()))
        .await;
    assert_eq!(world.receiver.count(|it| it.path() == "/o"), count, "each was sent once");
}
