//! Filters on endpoints: what passes, what is refused when saved, and why a message came or did not.

use serde_json::{Value, json};

use crate::world::World;

async fn publish(world: &World, amount: i64) -> String {
    world.api.publish(&world.app, "invoice.paid", json!({ "amount": amount })).await
}

async fn explained(world: &World, message: &str, endpoint: &str) -> Value {
    world
        .api
        .get(&world.path(&format!("/msg/{message}/endpoint/{endpoint}/explain")))
        .await
        .expect(200)
        .json()
}

#[tokio::test]
async fn only_messages_that_pass_are_sent_and_the_clause_is_told() {
    let world = World::new().await;
    let filter = json!({ "body": { "amount": { "$gte": 100 } } });
    let picky = world.endpoint_with("/picky", json!({ "filter": filter })).await;
    let cel = world.endpoint_with("/cel", json!({ "filter": { "$cel": "body.amount < 100" } })).await;
    let open = world.endpoint("/open").await;

    let small = publish(&world, 99).await;
    let large = publish(&world, 100).await;
    for (path, messages) in
        [("/open", vec![&small, &large]), ("/picky", vec![&large]), ("/cel", vec![&small])]
    {
        for message in messages {
            world.received(path, message, 1).await;
        }
    }
    assert!(world.api.destination(&world.app, &small, &picky).await.is_none());
    assert!(world.api.destination(&world.app, &large, &cel).await.is_none());

    let why = explained(&world, &small, &picky).await;
    assert_eq!(why["wasMatched"], false, "{why}");
    assert_eq!((&why["wouldMatch"], &why["decidedBy"]), (&json!(false), &json!("filter")), "{why}");
    assert_eq!(why["filter"]["clause"], "$.body.amount.$gte", "{why}");
    assert_eq!(why["filter"]["actual"], "99", "{why}");
    let why = explained(&world, &large, &picky).await;
    assert_eq!((&why["wasMatched"], &why["wouldMatch"]), (&json!(true), &json!(true)), "{why}");
    let why = explained(&world, &large, &open).await;
    assert_eq!((&why["wasMatched"], &why["decidedBy"]), (&json!(true), &json!("subscription")), "{why}");
}

#[tokio::test]
async fn mistakes_are_refused_and_null_removes_a_filter() {
    let world = World::new().await;
    let url = world.receiver.url("/f");
    let wrong = json!({ "url": url, "filter": { "body": { "a": { "$nope": 1 } } } });
    let answer = world.api.post(&world.path("/endpoint"), wrong).await.expect(422).json();
    assert_eq!(answer["detail"][0]["loc"][1], "filter", "{answer}");

    let never = json!({ "body": { "nothing": { "$exist": true } } });
    let endpoint = world.endpoint_with("/f", json!({ "filter": never })).await;
    let path = world.path(&format!("/endpoint/{endpoint}"));
    assert_eq!(world.api.get(&path).await.expect(200).json()["filter"], never);
    let kept_out = publish(&world, 1).await;
    let cleared = world.api.patch(&path, json!({ "filter": null })).await.expect(200).json();
    assert!(cleared.get("filter").is_none(), "{cleared}");
    let message = publish(&world, 2).await;
    world.received("/f", &message, 1).await;
    assert!(world.api.destination(&world.app, &kept_out, &endpoint).await.is_none());
}

#[tokio::test]
async fn other_reasons_are_told_too() {
    let world = World::new().await;
    world.api.ensure_event_type("user.created").await;
    let disabled = world.endpoint_with("/a", json!({ "disabled": true })).await;
    let other_type = world.endpoint_with("/b", json!({ "eventTypes": ["user.created"] })).await;
    let other_channel = world.endpoint_with("/c", json!({ "channels": ["c1"] })).await;
    let message = publish(&world, 1).await;
    for (endpoint, reason) in [(disabled, "disabled"), (other_type, "eventType"), (other_channel, "channels")]
    {
        let why = explained(&world, &message, &endpoint).await;
        assert_eq!((&why["decidedBy"], &why["wouldMatch"]), (&json!(reason), &json!(false)), "{why}");
    }
}

#[tokio::test]
async fn filter_is_tried_on_a_body_and_on_a_stored_message() {
    let world = World::new().await;
    let endpoint = world.endpoint("/d").await;
    let message = publish(&world, 7).await;
    let path = world.path(&format!("/endpoint/{endpoint}/filter/dry-run"));
    let filter = json!({ "event_type": { "$startsWith": "invoice." }, "body": { "amount": 7 } });
    let given = json!({ "filter": filter, "payload": { "amount": 7 }, "eventType": "user.created" });
    let tried = world.api.post(&path, given).await.expect(200).json();
    assert_eq!((&tried["passed"], &tried["clause"]), (&json!(false), &json!("$.event_type.$startsWith")));
    let stored = json!({ "filter": filter, "messageId": message });
    assert_eq!(world.api.post(&path, stored).await.expect(200).json()["passed"], true);
    let neither = world.api.post(&path, json!({ "filter": {} })).await.expect(422).json();
    assert_eq!(neither["detail"][0]["loc"], json!(["body", "payload"]));
}
