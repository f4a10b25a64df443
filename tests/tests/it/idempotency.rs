//! Idempotency keys: one answer per key, whatever happens in between.

use hooktide_testkit::{Api, Method, Reply};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::world::World;

async fn post(api: &Api, path: &str, key: &str, body: &Value) -> Reply {
    api.request(Method::POST, path).idempotency_key(key).json(body).send().await
}

fn body(n: u32) -> Value {
    json!({ "eventType": "a", "payload": { "n": n } })
}

#[tokio::test]
async fn same_key_and_body_get_the_same_answer_and_one_delivery() {
    let world = World::new().await;
    world.endpoint("/i").await;
    let path = world.path("/msg");

    let first = post(&world.api, &path, "k1", &body(1)).await.expect(202);
    let again = post(&world.api, &path, "k1", &body(1)).await.expect(202);
    let other = post(&world.api, &path, "k2", &body(1)).await.expect(202);

    assert_eq!(first.json(), again.json());
    assert_ne!(first.json()["id"], other.json()["id"]);
    world.receiver.wait_on("/i", 2).await;
    assert_eq!(world.api.all(&path).await.len(), 2);
}

#[tokio::test]
async fn same_key_with_another_body_is_a_conflict() {
    let world = World::new().await;
    let path = world.path("/msg");
    let _ = post(&world.api, &path, "k", &body(1)).await.expect(202);
    let _ = post(&world.api, &path, "k", &body(2)).await.error(409);
    assert_eq!(world.api.all(&path).await.len(), 1);
}

#[tokio::test]
async fn parallel_calls_with_one_key_make_one_message() {
    let world = World::new().await;
    for round in 0..10 {
        let mut calls = JoinSet::new();
        for _ in 0..10 {
            let (api, path, key) = (world.api.clone(), world.path("/msg"), format!("k{round}"));
            calls.spawn(async move { post(&api, &path, &key, &body(round)).await.expect(202).id() });
        }
        let mut ids = calls.join_all().await;
        ids.dedup();
        assert_eq!(ids.len(), 1, "{ids:?}");
    }
    assert_eq!(world.api.all(&world.path("/msg")).await.len(), 10);
}

#[tokio::test]
async fn key_survives_a_crash() {
    let mut world = World::new().await;
    let path = world.path("/msg");
    let first = post(&world.api, &path, "k", &body(1)).await.expect(202).json();

    world.server.kill9();
    world.server.restart().await;

    let api = world.server.api();
    assert_eq!(post(&api, &path, "k", &body(1)).await.expect(202).json(), first);
    let _ = post(&api, &path, "k", &body(2)).await.error(409);
}

#[tokio::test]
async fn key_survives_a_dropped_connection() {
    let world = World::new().await;
    let path = world.path("/msg");
    for round in 0..20 {
        let key = format!("dropped-{round}");
        let (api, call_path, call_key) = (world.api.clone(), path.clone(), key.clone());
        let call = tokio::spawn(async move { post(&api, &call_path, &call_key, &body(round)).await });
        // The point where the call is dropped moves through its life from round to round.
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        call.abort();
        let _ = call.await;

        let first = post(&world.api, &path, &key, &body(round)).await.expect(202).id();
        let again = post(&world.api, &path, &key, &body(round)).await.expect(202).id();
        assert_eq!(first, again);
    }
    let all = world.api.all(&path).await;
    assert_eq!(all.len(), 20, "a dropped call and its repetition are one message");
}

#[tokio::test]
async fn keys_of_different_organisations_are_different() {
    let world = World::new().await;
    let other = world.server.api_of("org_1111111111111111111111111aa");
    let other_app = other.create_app("Other").await;
    let mine = post(&world.api, &world.path("/msg"), "k", &body(1)).await.expect(202).id();
    let theirs = post(&other, &format!("/app/{other_app}/msg"), "k", &body(2)).await.expect(202).id();
    assert_ne!(mine, theirs);
}

#[tokio::test]
async fn refused_call_does_not_use_up_its_key() {
    let world = World::new().await;
    let path = world.path("/msg");
    post(&world.api, &path, "k", &json!({ "eventType": "" })).await.invalid("body", "");
    let _ = post(&world.api, &path, "k", &body(1)).await.expect(202);
}

#[tokio::test]
async fn other_creations_are_repeatable_too() {
    let world = World::new().await;
    let app = json!({ "name": "Twice" });
    let first = post(&world.api, "/app", "app", &app).await.expect(201).json();
    assert_eq!(post(&world.api, "/app", "app", &app).await.expect(201).json(), first);

    let endpoint = json!({ "url": world.receiver.url("/") });
    let path = world.path("/endpoint");
    let first = post(&world.api, &path, "ep", &endpoint).await.expect(201).json();
    assert_eq!(post(&world.api, &path, "ep", &endpoint).await.expect(201).json(), first);
    let _ = post(&world.api, &path, "ep", &json!({ "url": world.receiver.url("/x") })).await.error(409);
    assert_eq!(world.api.all(&path).await.len(), 1);

    let id = first["id"].as_str().unwrap();
    let rotate = world.path(&format!("/endpoint/{id}/secret/rotate"));
    let _ = post(&world.api, &rotate, "rot", &json!({})).await.ok();
    let secret = world.api.secret(&world.app, id).await;
    let _ = post(&world.api, &rotate, "rot", &json!({})).await.ok();
    assert_eq!(world.api.secret(&world.app, id).await, secret, "rotated once");
}

#[tokio::test]
async fn without_a_key_every_call_is_its_own() {
    let world = World::new().await;
    let first = world.api.publish_with(&world.app, body(1)).await;
    let second = world.api.publish_with(&world.app, body(1)).await;
    assert_ne!(first, second);
}
