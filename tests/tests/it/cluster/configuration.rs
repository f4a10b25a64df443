//! What is configured at one node holds at all of them within a second.

use hooktide_testkit::{Method, verdict, wait_until_within};
use serde_json::json;

use super::change::{APPLIES_WITHIN, arrived, published_after};
use super::world::World;

const SOURCES: &str = "/ingest/api/v1/source";
const GIVEN: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEXT: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

#[tokio::test]
async fn new_url_is_used_by_all_nodes() {
    let world = World::new(2).await;
    let endpoint = world.endpoint("/old").await;
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let late = published_after(&world, async || {
        let _ = world.api(0).patch(&path, json!({ "url": world.receiver.url("/new") })).await.expect(200);
    })
    .await;
    for message in &late {
        world.receiver.wait_for(1, |it| it.path() == "/new" && it.message_id() == message).await;
    }
    assert_eq!(arrived(&world, "/old", &late), 0);
}

#[tokio::test]
async fn disabled_endpoint_gets_nothing_from_any_node() {
    let world = World::new(2).await;
    let endpoint = world.endpoint("/off").await;
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let late = published_after(&world, async || {
        let _ = world.api(0).patch(&path, json!({ "disabled": true })).await.expect(200);
    })
    .await;
    assert_eq!(arrived(&world, "/off", &late), 0);
}

#[tokio::test]
async fn deleted_endpoint_gets_nothing_from_any_node() {
    let world = World::new(2).await;
    let endpoint = world.endpoint("/gone").await;
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let late = published_after(&world, async || {
        let _ = world.api(0).delete(&path).await.expect(204);
    })
    .await;
    assert_eq!(arrived(&world, "/gone", &late), 0);
    let _ = world.api(1).get(&path).await.expect(404);
}

#[tokio::test]
async fn new_endpoint_is_served_by_all_nodes() {
    let world = World::new(2).await;
    let late = published_after(&world, async || {
        world.endpoint("/fresh").await;
    })
    .await;
    for message in &late {
        world.receiver.wait_for(1, |it| it.path() == "/fresh" && it.message_id() == message).await;
    }
}

#[tokio::test]
async fn rotated_secret_signs_at_all_nodes() {
    let world = World::new(2).await;
    let endpoint = world.endpoint_with("/signed", json!({ "secret": GIVEN })).await;
    let path = world.path(&format!("/endpoint/{endpoint}/secret/rotate"));
    let late = published_after(&world, async || {
        let body = json!({ "key": NEXT, "gracePeriodSeconds": 0 });
        let _ = world.api(0).post(&path, body).await.ok();
    })
    .await;
    for message in &late {
        let is_it = |it: &hooktide_testkit::Received| it.path() == "/signed" && it.message_id() == message;
        let request = world.receiver.wait_for(1, is_it).await.swap_remove(0);
        verdict(&request, "webhook", NEXT).unwrap();
    }
}

#[tokio::test]
async fn new_throttle_is_kept_by_all_nodes() {
    let world = World::new(2).await;
    let endpoint = world.endpoint("/slow").await;
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let late = published_after(&world, async || {
        let _ = world.api(0).patch(&path, json!({ "throttleRate": 1 })).await.expect(200);
    })
    .await;
    // They were published within 600 ms, and those before them wait too.
    assert!(arrived(&world, "/slow", &late) <= 2, "{} of {}", arrived(&world, "/slow", &late), late.len());
    let _ = world.api(1).patch(&path, json!({ "throttleRate": null })).await.expect(200);
    for message in &late {
        world.receiver.wait_for(1, |it| it.path() == "/slow" && it.message_id() == message).await;
    }
}

#[tokio::test]
async fn url_of_a_source_is_replaced_at_all_nodes() {
    let world = World::new(2).await;
    let made = world.api(0).post(SOURCES, json!({ "name": "Door", "type": "none" })).await.expect(201).json();
    let door = |made: &serde_json::Value| {
        let url = made["ingestUrl"].as_str().unwrap().to_owned();
        format!("={}", &url[url.find("/in/").unwrap()..])
    };
    let old = door(&made);
    let api = world.api(1).anonymous();
    let knock = async |path: &str| api.request(Method::POST, path).bytes("{}").send().await.status;
    assert_eq!(knock(&old).await, 202);
    let rotate = format!("{SOURCES}/{}/token/rotate", made["id"].as_str().unwrap());
    let new = door(&world.api(0).post(&rotate, json!({})).await.expect(200).json());
    wait_until_within("the old URL to end", APPLIES_WITHIN, async || {
        (knock(&old).await == 404).then_some(())
    })
    .await;
    wait_until_within("the new URL", APPLIES_WITHIN, async || (knock(&new).await == 202).then_some(())).await;

    let source = format!("{SOURCES}/{}", made["id"].as_str().unwrap());
    let _ = world.api(0).delete(&source).await.expect(204);
    wait_until_within("no URL", APPLIES_WITHIN, async || (knock(&new).await == 404).then_some(())).await;
}
