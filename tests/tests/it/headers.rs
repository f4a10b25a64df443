//! Endpoint headers: set, changed, masked, sent, refused.

use hooktide_testkit::Reply;
use serde_json::{Value, json};

use crate::world::World;

async fn set(world: &World, endpoint: &str, headers: Value) -> Reply {
    world.api.put(&world.path(&format!("/endpoint/{endpoint}/headers")), json!({ "headers": headers })).await
}

async fn read(world: &World, endpoint: &str) -> Value {
    world.api.get(&world.path(&format!("/endpoint/{endpoint}/headers"))).await.expect(200).json()
}

#[tokio::test]
async fn headers_are_sent_with_the_very_next_message() {
    let world = World::new().await;
    let endpoint = world.endpoint("/h").await;
    let first = world.publish().await;
    world.received("/h", &first, 1).await;

    let _ = set(&world, &endpoint, json!({ "X-One": "1", "X-Two": "2" })).await.expect(204);
    let second = world.publish().await;
    let request = world.received("/h", &second, 1).await.swap_remove(0);
    assert_eq!((request.header("x-one"), request.header("x-two")), ("1", "2"));

    let _ = set(&world, &endpoint, json!({ "X-Two": "3" })).await.expect(204);
    let third = world.publish().await;
    let request = world.received("/h", &third, 1).await.swap_remove(0);
    assert_eq!((request.header("x-one"), request.header("x-two")), ("", "3"), "replaced whole");
}

#[tokio::test]
async fn patch_merges_and_removes() {
    let world = World::new().await;
    let endpoint = world.endpoint("/h").await;
    let path = world.path(&format!("/endpoint/{endpoint}/headers"));
    let _ = set(&world, &endpoint, json!({ "x-a": "1", "x-b": "2", "x-c": "3" })).await.expect(204);

    let change = json!({ "headers": { "x-a": "9", "x-b": null }, "deleteHeaders": ["x-c"] });
    let _ = world.api.patch(&path, change).await.expect(204);

    assert_eq!(read(&world, &endpoint).await, json!({ "headers": { "x-a": "9" }, "sensitive": [] }));
}

#[tokio::test]
async fn sensitive_values_are_sent_but_never_shown() {
    let world = World::new().await;
    let endpoint = world.endpoint("/h").await;
    let headers = json!({ "Authorization": "Bearer hush", "x-api-key": "hush", "x-open": "seen" });
    let _ = set(&world, &endpoint, headers).await.expect(204);

    let shown = read(&world, &endpoint).await;
    assert!(!shown.to_string().contains("hush"), "{shown}");
    assert_eq!(shown["headers"], json!({ "x-open": "seen" }));
    let mut names: Vec<String> =
        shown["sensitive"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_lowercase()).collect();
    names.sort();
    assert_eq!(names, ["authorization", "x-api-key"]);

    let message = world.publish().await;
    let request = world.received("/h", &message, 1).await.swap_remove(0);
    assert_eq!(request.header("authorization"), "Bearer hush");
    assert!(!world.server.log().contains("hush"));
}

#[tokio::test]
async fn headers_given_at_creation_are_sent() {
    let world = World::new().await;
    world.endpoint_with("/h", json!({ "headers": { "x-born": "with" } })).await;
    let message = world.publish().await;
    let request = world.received("/h", &message, 1).await.swap_remove(0);
    assert_eq!(request.header("x-born"), "with");
}

#[tokio::test]
async fn names_the_server_owns_and_bytes_that_split_a_head_are_refused() {
    let world = World::new().await;
    let endpoint = world.endpoint("/h").await;
    let names = [
        "user-agent",
        "content-length",
        "content-type",
        "content-encoding",
        "transfer-encoding",
        "te",
        "trailers",
        "upgrade",
        "keep-alive",
        "host",
        "connection",
        "x-svix-a",
        "svix-id",
        "svix-signature",
        "x-amz-date",
        "x-google-a",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "",
        "sp ace",
        "co:lon",
        "new\nline",
        "nul\0",
        "ünicode",
    ];
    for name in names {
        let refused = set(&world, &endpoint, json!({ name: "x" })).await;
        println!("{name:?}: {}", refused.status);
        refused.invalid("body", "");
    }
    for value in ["a\r\nx-evil: 1", "a\nb", "nul\0", &"v".repeat(5000)] {
        set(&world, &endpoint, json!({ "x-a": value })).await.invalid("body", "");
    }
    assert_eq!(read(&world, &endpoint).await["headers"], json!({}), "nothing was stored");
}

#[tokio::test]
async fn spelling_does_not_make_a_second_header() {
    let world = World::new().await;
    let endpoint = world.endpoint("/h").await;
    let _ = set(&world, &endpoint, json!({ "X-Case": "1" })).await.expect(204);
    let path = world.path(&format!("/endpoint/{endpoint}/headers"));
    let _ = world.api.patch(&path, json!({ "headers": { "x-case": "2" } })).await.expect(204);

    let message = world.publish().await;
    // `header` panics when a name was sent twice.
    assert_eq!(world.received("/h", &message, 1).await[0].header("x-case"), "2");
}
