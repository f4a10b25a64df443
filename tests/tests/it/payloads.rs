//! Payloads: the bytes that were published are the bytes that are signed, sent, and sent again.

use hooktide_testkit::{Method, verdict};
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn json_keeps_every_byte() {
    let world = World::new().await;
    let endpoint = world.endpoint("/j").await;
    let secret = world.api.secret(&world.app, &endpoint).await;
    let payloads = [
        "{}",
        "{ \"b\" : 1,\n\t\"a\":  2 }",
        r#"{"n":123456789012345678901234567890,"f":1.10,"e":1E+2,"z":-0}"#,
        r#"{"u":"\u00e9\/\ud83d\ude00","raw":"é😀"}"#,
        r#"{"twice":1,"twice":2}"#,
        r#"{"deep":[[[[[{"a":[null,true,false]}]]]]]}"#,
    ];
    for payload in payloads {
        let body = format!(r#"{{"eventType":"a","payload":{payload}}}"#);
        let message =
            world.api.request(Method::POST, &world.path("/msg")).raw_json(body).send().await.expect(202).id();
        let request = world.received("/j", &message, 1).await.swap_remove(0);
        assert_eq!(String::from_utf8_lossy(&request.body), payload);
        verdict(&request, "webhook", &secret).unwrap();
        let read = world.api.get(&world.path(&format!("/msg/{message}"))).await.expect(200);
        assert!(read.json()["payload"].is_object());
    }
}

/// Publishes text of another kind than JSON, as the SDKs' `message_in_raw` does.
async fn publish_raw(world: &World, text: &str, content_type: Option<&str>) -> String {
    let mut params = json!({ "rawPayload": text });
    if let Some(content_type) = content_type {
        params["headers"] = json!({ "content-type": content_type });
    }
    let body = json!({ "eventType": "a", "payload": {}, "transformationsParams": params });
    world.api.publish_with(&world.app, body).await
}

#[tokio::test]
async fn other_kinds_keep_their_bytes_and_their_type_also_when_resent() {
    let world = World::new().await;
    let endpoint = world.endpoint("/r").await;
    let secret = world.api.secret(&world.app, &endpoint).await;
    let kinds = [
        ("<?xml version=\"1.0\"?>\n<a b='c'>é</a>\r\n", "application/xml"),
        ("a=1&b=two+words&c=%C3%A9", "application/x-www-form-urlencoded"),
        ("plain text\n", "text/plain; charset=utf-8"),
        ("[1, 2,3]", "application/json"),
        ("\u{0}\u{1}\u{7f}binary-ish\u{ff}", "application/octet-stream"),
        ("", "text/plain"),
    ];
    for (text, content_type) in kinds {
        let message = publish_raw(&world, text, Some(content_type)).await;
        world.received("/r", &message, 1).await;
        world.api.wait_for_attempts(&world.app, &message, 1).await;
        let read = world.api.get(&world.path(&format!("/msg/{message}"))).await.expect(200).json();
        assert!(read["payload"].is_object(), "SDKs read an object: {read}");
        assert_ne!(read["payload"], json!({ "expired": true }), "{content_type}");

        let resend = world.path(&format!("/msg/{message}/endpoint/{endpoint}/resend"));
        let _ = world.api.post(&resend, json!({})).await.expect(202);

        for request in world.received("/r", &message, 2).await {
            assert_eq!(request.body, text.as_bytes(), "{content_type}");
            assert_eq!(request.header("content-type"), content_type);
            verdict(&request, "webhook", &secret).unwrap();
        }
    }
}

#[tokio::test]
async fn raw_payload_without_a_type_is_json() {
    let world = World::new().await;
    world.endpoint("/r").await;
    let message = publish_raw(&world, "{ \"a\":1 }", None).await;
    let request = world.received("/r", &message, 1).await.swap_remove(0);
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.body, "{ \"a\":1 }");
}

#[tokio::test]
async fn content_type_that_would_split_the_head_is_refused() {
    let world = World::new().await;
    for wrong in ["text/plain\r\nx-evil: 1", "a\nb", "\0"] {
        let params = json!({ "rawPayload": "x", "headers": { "content-type": wrong } });
        let body = json!({ "eventType": "a", "payload": {}, "transformationsParams": params });
        world.api.post(&world.path("/msg"), body).await.invalid("body", "");
    }
    let body = json!({ "eventType": "a", "payload": {}, "transformationsParams": { "rawPayload": 7 } });
    world.api.post(&world.path("/msg"), body).await.invalid("body", "");
}

#[tokio::test]
async fn payload_survives_a_crash_byte_for_byte() {
    let mut world = World::new().await;
    let gate = hooktide_testkit::Gate::closed();
    world.receiver.script("/k", [hooktide_testkit::Behaviour::ok().held_by(&gate)]);
    world.endpoint("/k").await;
    let text = "<a>\u{e9}</a>";
    let message = publish_raw(&world, text, Some("text/xml")).await;
    world.received("/k", &message, 1).await;

    world.server.kill9();
    gate.open();
    world.server.restart().await;

    let requests = world.received("/k", &message, 2).await;
    assert_eq!(requests[1].body, text.as_bytes());
    assert_eq!(requests[1].header("content-type"), "text/xml");
}

#[tokio::test]
async fn largest_and_smallest_payloads_are_listed_alike() {
    let world = World::new().await;
    world.api.publish(&world.app, "a", json!({})).await;
    world.api.publish(&world.app, "a", json!({ "x": "y".repeat(300_000) })).await;
    let list = world.api.all(&world.path("/msg")).await;
    let sizes: Vec<usize> = list.iter().map(|it: &Value| it["payload"].to_string().len()).collect();
    assert_eq!(sizes, [300_008, 2]);
}
