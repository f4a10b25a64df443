//! Events sent as CloudEvents 1.0, to receivers that may be asked first.

use hooktide_testkit::{Behaviour, ServerSetup, verdict};
use serde_json::{Value, json};

use crate::world::{World, time};

async fn endpoint(world: &World, path: &str, config: Value) -> String {
    world.endpoint_with(path, json!({ "destination": { "kind": "http", "config": config } })).await
}

#[tokio::test]
async fn binary_event_has_its_attributes_in_headers() {
    let world = World::new().await;
    let config = json!({ "cloudevents": "binary", "cloudevents_source": "https://shop.example.com/orders" });
    let endpoint = endpoint(&world, "/a", config).await;
    let message = world.publish().await;
    let request = world.received("/a", &message, 1).await.swap_remove(0);
    let found = ["ce-specversion", "ce-id", "ce-source", "ce-type"].map(|name| request.header(name));
    assert_eq!(found, ["1.0", &message, "https://shop.example.com/orders", "user.created"]);
    let _ = time(&json!(request.header("ce-time")));
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(&request.body[..], br#"{"hello":"world"}"#);
    let secret = world.api.secret(&world.app, &endpoint).await;
    assert!(verdict(&request, "webhook", &secret).is_ok());
}

#[tokio::test]
async fn structured_event_is_one_signed_document() {
    let world =
        World::with(ServerSetup::new().env("HOOKTIDE_RECEIVE_PUBLIC_URL", "https://hooks.example.com")).await;
    let endpoint = endpoint(&world, "/a", json!({ "cloudevents": "structured" })).await;
    let message = world.publish().await;
    let request = world.received("/a", &message, 1).await.swap_remove(0);
    assert_eq!(request.header("content-type"), "application/cloudevents+json; charset=utf-8");
    let document: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!((&document["id"], &document["type"]), (&json!(message), &json!("user.created")));
    assert_eq!(document["source"], format!("https://hooks.example.com/app/{}", world.app));
    assert_eq!((&document["data"], &document["specversion"]), (&json!({ "hello": "world" }), &json!("1.0")));
    let secret = world.api.secret(&world.app, &endpoint).await;
    assert!(verdict(&request, "webhook", &secret).is_ok(), "the signature is over the document");
}

#[tokio::test]
async fn nothing_is_sent_before_the_receiver_has_consented() {
    let setup = ServerSetup::new().retries(&["50ms"; 20].join(","));
    let world =
        World::with(setup.env("HOOKTIDE_RECEIVE_PUBLIC_URL", "https://hooks.example.com:8443/x")).await;
    let consent = |origin: &str| Behaviour::ok().header("webhook-allowed-origin", origin);
    world.receiver.script(
        "/a",
        [Behaviour::ok(), consent("other.example.com"), consent("Hooks.example.com"), Behaviour::ok()],
    );
    let config = json!({ "cloudevents": "binary", "cloudevents_handshake": true });
    let endpoint = endpoint(&world, "/a", config).await;
    for round in 0..2 {
        let message = world.publish().await;
        world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
        let attempts = world.api.attempts(&world.app, &message).await;
        assert_eq!(attempts.len(), if round == 0 { 3 } else { 1 }, "{attempts:?}");
        if round == 0 {
            let told = |index: usize| attempts[index]["response"].as_str().unwrap().to_owned();
            assert!(told(2).contains("without webhook-allowed-origin"), "{attempts:?}");
            assert!(told(1).contains("for another origin"), "{attempts:?}");
        }
    }
    let requests = world.receiver.wait_on("/a", 5).await;
    let methods: Vec<&str> = requests.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(methods, ["OPTIONS", "OPTIONS", "OPTIONS", "POST", "POST"], "a consent is remembered");
    for request in &requests {
        assert_eq!(request.header("webhook-request-origin"), "hooks.example.com");
        assert_eq!(request.body.is_empty(), request.method == "OPTIONS");
    }
    assert_eq!(requests[0].header("webhook-id"), "", "nothing of the event is told before");
}
