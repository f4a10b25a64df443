//! A source that fetches does so at one node, and at another when that one is gone.

use std::collections::BTreeSet;

use hooktide_testkit::{Received, wait_until};
use serde_json::{Value, json};

use super::world::World;

const SOURCES: &str = "/ingest/api/v1/source";

/// The times that became events, in the order of their commits, as the node tells them.
async fn ticks(world: &World, node: usize, source: &str) -> Vec<Value> {
    let mut receipts = world.api(node).all(&format!("{source}/receipt?outcome=accepted")).await;
    receipts.reverse();
    receipts.into_iter().map(|receipt| receipt["dedupeKey"].clone()).collect()
}

async fn wait_for_more(world: &World, node: usize, source: &str, more: usize) {
    let before = ticks(world, node, source).await.len();
    wait_until("ticks", async || (ticks(world, node, source).await.len() >= before + more).then_some(()))
        .await;
}

#[tokio::test]
async fn schedule_is_followed_by_one_node_and_by_another_when_that_one_is_killed() {
    let mut world = World::with(3, |setup| setup.retries("50ms,100ms,200ms,400ms")).await;
    let config = json!({ "schedule": "* * * * * *", "payload": "{\"job\":\"report\"}" });
    let source = json!({ "name": "Clock", "type": "cron", "config": config });
    let source = format!("{SOURCES}/{}", world.api(0).post(SOURCES, source).await.expect(201).id());
    let endpoint = json!({ "url": world.receiver.url("/tick") });
    let _ = world.api(0).post(&format!("{source}/endpoint"), endpoint).await.expect(201);
    wait_for_more(&world, 0, &source, 3).await;
    // Each in turn: one of them is the one that fetches.
    for node in 0..3 {
        world.server(node).kill9();
        wait_for_more(&world, (node + 1) % 3, &source, 3).await;
        world.server(node).restart().await;
        wait_for_more(&world, node, &source, 2).await;
    }
    let times = ticks(&world, 0, &source).await;
    let once: BTreeSet<String> = times.iter().map(Value::to_string).collect();
    assert_eq!(once.len(), times.len(), "a time became an event twice: {times:?}");
    // Every event is delivered; one that a kill caught in flight may come once more.
    let receipts = world.api(0).all(&format!("{source}/receipt?outcome=accepted")).await;
    for receipt in &receipts {
        let message = receipt["messageId"].as_str().unwrap().to_owned();
        let came = world.receiver.wait_for(1, |it: &Received| it.message_id() == message).await;
        assert!(came.len() <= 2, "{message} came {} times", came.len());
    }
    let came = world.receiver.count(|it| it.path() == "/tick");
    assert!(
        came <= ticks(&world, 0, &source).await.len() + 3,
        "{came} requests for {} events",
        receipts.len()
    );
}
