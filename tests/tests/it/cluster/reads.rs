//! Every node tells of everything, and does what is asked about the messages of any other.

use hooktide_testkit::{Behaviour, wait_until};
use serde_json::json;

use super::world::World;
use crate::world::now_plus;

#[tokio::test]
async fn what_one_node_accepted_is_listed_by_another_at_once() {
    let world = World::new(2).await;
    let path = world.path("/msg");
    for number in 0..20 {
        let message = world.publish(number % 2, number).await;
        let listed = world.api(1 - number % 2).all(&path).await;
        assert!(listed.iter().any(|it| it["id"] == json!(message)), "message {number}");
    }
}

#[tokio::test]
async fn attempts_are_read_and_messages_sent_again_at_another_node_than_the_one_that_accepted() {
    let world = World::with(3, |setup| setup.retries("20ms")).await;
    world.receiver.script("/again", [200, 200, 500, 500, 200].map(Behaviour::status));
    let endpoint = world.endpoint("/again").await;
    let message = world.publish(0, 1).await;
    let attempts = world.api(1).wait_for_attempts(&world.app, &message, 1).await;
    assert_eq!(attempts[0]["responseStatusCode"], 200);

    let resend = world.path(&format!("/msg/{message}/endpoint/{endpoint}/resend"));
    let _ = world.api(1).post(&resend, json!({})).await.expect(202);
    world.api(2).wait_for_attempts(&world.app, &message, 2).await;

    let since = now_plus(-60);
    let failed = world.publish(1, 2).await;
    world.api(0).wait_for_status(&world.app, &failed, &endpoint, 2).await;
    let recover = world.path(&format!("/endpoint/{endpoint}/recover"));
    let _ = world.api(2).post(&recover, json!({ "since": since })).await.expect(202);
    world.api(0).wait_for_status(&world.app, &failed, &endpoint, 0).await;
    wait_until("every node to tell the same", async || {
        let mut counts = Vec::new();
        for node in 0..3 {
            counts.push(world.api(node).attempts(&world.app, &failed).await.len());
        }
        (counts == [3, 3, 3]).then_some(())
    })
    .await;
    assert_eq!(world.receiver.count(|it| it.path() == "/again"), 5);
}
