//! One message, the right endpoints, the right request.

use hooktide_testkit::Received;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn request_is_a_plain_post_with_everything_a_receiver_needs() {
    let world = World::new().await;
    world.endpoint("/hook?tenant=7").await;
    let message = world.publish().await;

    let request = world.received("/hook", &message, 1).await.swap_remove(0);

    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/hook?tenant=7");
    assert_eq!(request.header("host"), world.receiver.addr().to_string());
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("content-length"), request.body.len().to_string());
    assert!(request.header("user-agent").to_lowercase().contains("hooktide"));
    assert_eq!(request.header("webhook-id"), message);
    let stamp: i64 = request.header("webhook-timestamp").parse().unwrap();
    assert!((request.unix_s - stamp).abs() <= 5, "signed {stamp}, arrived {}", request.unix_s);
}

#[tokio::test]
async fn only_endpoints_that_asked_for_it_get_a_message() {
    let world = World::new().await;
    for name in ["a", "b"] {
        world.api.ensure_event_type(name).await;
    }
    world.endpoint("/all").await;
    world.endpoint_with("/a", json!({ "eventTypes": ["a"] })).await;
    world.endpoint_with("/b", json!({ "eventTypes": ["b"] })).await;
    world.endpoint_with("/c1", json!({ "channels": ["c1", "c2"] })).await;
    world.endpoint_with("/a-c1", json!({ "eventTypes": ["a"], "channels": ["c1"] })).await;
    world.endpoint_with("/off", json!({ "disabled": true })).await;
    let expected = [
        (json!({ "eventType": "a", "payload": {} }), vec!["/a", "/all"]),
        (json!({ "eventType": "a", "payload": {}, "channels": ["c1"] }), vec!["/a", "/a-c1", "/all", "/c1"]),
        (json!({ "eventType": "b", "payload": {}, "channels": ["c2", "x"] }), vec!["/all", "/b", "/c1"]),
        (json!({ "eventType": "unheard.of", "payload": {} }), vec!["/all"]),
        (json!({ "eventType": "a", "payload": {}, "channels": ["x"] }), vec!["/a", "/all"]),
    ];
    let mut messages = Vec::new();
    for (body, paths) in expected {
        let message = world.api.publish_with(&world.app, body).await;
        messages.push((message, paths));
    }
    for (message, paths) in messages {
        world.api.wait_for_attempts(&world.app, &message, paths.len()).await;
        let requests = world.receiver.matching(|it| it.message_id() == message);
        let mut seen: Vec<&str> = requests.iter().map(Received::path).collect();
        seen.sort_unstable();
        assert_eq!(seen, paths);
    }
}

#[tokio::test]
async fn message_without_endpoints_is_accepted_and_kept() {
    let world = World::new().await;
    let message = world.publish().await;
    let _ = world.api.get(&world.path(&format!("/msg/{message}"))).await.expect(200);
    assert_eq!(world.api.attempts(&world.app, &message).await.len(), 0);
}

#[tokio::test]
async fn changes_of_an_endpoint_apply_to_the_next_message() {
    let world = World::new().await;
    let endpoint = world.endpoint("/one").await;
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let first = world.publish().await;
    world.received("/one", &first, 1).await;

    let _ = world.api.patch(&path, json!({ "url": world.receiver.url("/two") })).await.expect(200);
    let second = world.publish().await;
    world.received("/two", &second, 1).await;

    let _ = world.api.patch(&path, json!({ "disabled": true })).await.expect(200);
    let third = world.publish().await;
    let _ = world.api.patch(&path, json!({ "disabled": false })).await.expect(200);
    let fourth = world.publish().await;
    world.received("/two", &fourth, 1).await;
    assert_eq!(world.receiver.count(|it| it.message_id() == third), 0, "sent to nobody while disabled");

    let _ = world.api.delete(&path).await.expect(204);
    let fifth = world.publish().await;
    assert_eq!(world.api.attempts(&world.app, &fifth).await.len(), 0);
}

#[tokio::test]
async fn connections_are_kept_and_shared_by_one_endpoint_only() {
    let world = World::new().await;
    world.endpoint("/a").await;
    for _ in 0..30 {
        let message = world.publish().await;
        world.received("/a", &message, 1).await;
    }
    assert!(
        world.receiver.connections() <= 3,
        "{} connections for 30 in a row",
        world.receiver.connections()
    );

    world.endpoint("/b").await;
    let message = world.publish().await;
    let to_b = world.received("/b", &message, 1).await.swap_remove(0);
    let others = world.receiver.matching(|it| it.path() == "/a");
    assert!(others.iter().all(|it| it.connection != to_b.connection), "a connection belongs to one endpoint");
}

#[tokio::test]
async fn success_is_any_status_of_the_two_hundreds() {
    let world = World::new().await;
    for status in [200, 201, 202, 204, 299] {
        let path = format!("/s{status}");
        world.receiver.script(&path, [hooktide_testkit::Behaviour::status(status)]);
        let endpoint = world.endpoint(&path).await;
        let message = world.publish().await;
        let fate = world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
        assert_eq!(fate["statusText"], "success", "{status}");
    }
}
