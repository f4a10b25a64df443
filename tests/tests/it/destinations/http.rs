//! HTTP endpoints with options: method, credentials, tokens.

use hooktide_testkit::{Behaviour, ServerSetup, verdict};
use serde_json::{Value, json};

use crate::world::World;

const CANARY: &str = "canary-hunter2";

fn http(config: Value) -> Value {
    json!({ "kind": "http", "config": config })
}

fn oauth2(world: &World) -> Value {
    json!({
        "auth": "oauth2", "oauth2_token_url": world.receiver.url("/token"), "oauth2_client_id": "hook tide",
        "oauth2_client_secret": CANARY, "oauth2_scope": "events:write", "oauth2_audience": "https://api.example.com",
    })
}

fn token(value: &str) -> Behaviour {
    let body = json!({ "access_token": value, "token_type": "bearer", "expires_in": 3600 });
    Behaviour::ok().header("content-type", "application/json").body(body.to_string())
}

async fn endpoint(world: &World, path: &str, config: Value) -> String {
    world.endpoint_with(path, json!({ "destination": http(config) })).await
}

#[tokio::test]
async fn method_and_basic_credentials_are_used_and_the_bytes_are_signed() {
    let world = World::new().await;
    let config = json!({
        "method": "PUT", "auth": "basic", "basic_user": "me", "basic_password": CANARY,
        // A published event has nothing of a provider's to send on.
        "signature": "forward",
    });
    let body = json!({ "uid": "it", "headers": { "x-own": "1" }, "destination": http(config) });
    let endpoint = world.endpoint_with("/a", body).await;
    let message = world.publish().await;
    let request = world.received("/a", &message, 1).await.swap_remove(0);
    assert_eq!((request.method.as_str(), request.header("x-own")), ("PUT", "1"));
    assert_eq!(request.header("authorization"), "Basic bWU6Y2FuYXJ5LWh1bnRlcjI=");
    let secret = world.api.secret(&world.app, &endpoint).await;
    assert!(verdict(&request, "webhook", &secret).is_ok() && verdict(&request, "svix", &secret).is_ok());

    let path = world.path("/endpoint/it");
    let shown = world.api.get(&path).await.expect(200).json();
    assert_eq!(shown["url"], world.receiver.url("/a"));
    assert_eq!(shown["destination"]["config"]["basic_password"], "[redacted]");
    assert!(!world.server.log().contains(CANARY));
}

#[tokio::test]
async fn options_stay_with_their_server_and_their_secrets_go_to_no_other() {
    let world = World::new().await;
    let config = json!({ "auth": "bearer", "bearer_token": CANARY });
    let endpoint = endpoint(&world, "/a", config).await;
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let _ = world.api.patch(&path, json!({ "url": world.receiver.url("/b") })).await.expect(200);
    let message = world.publish().await;
    let request = world.received("/b", &message, 1).await.swap_remove(0);
    assert_eq!(request.header("authorization"), format!("Bearer {CANARY}"));

    let elsewhere =
        world.api.patch(&path, json!({ "url": "https://other.example.com/" })).await.expect(422).json();
    let place = json!(["body", "destination", "config", "bearer_token"]);
    assert_eq!(elsewhere["detail"][0]["loc"], place, "{elsewhere}");

    let changed = http(json!({ "auth": "bearer", "bearer_token": "[redacted]", "method": "PATCH" }));
    let _ = world.api.patch(&path, json!({ "destination": changed })).await.expect(200);
    let message = world.publish().await;
    let request = world.received("/b", &message, 1).await.swap_remove(0);
    assert_eq!(
        (request.method.as_str(), request.header("authorization")),
        ("PATCH", "Bearer canary-hunter2")
    );

    let plain = json!({ "url": world.receiver.url("/c") });
    let shown = world.api.put(&path, plain).await.expect(200).json();
    assert!(shown["destination"].is_null(), "{shown}");
    let message = world.publish().await;
    let request = world.received("/c", &message, 1).await.swap_remove(0);
    assert_eq!((request.method.as_str(), request.header("authorization")), ("POST", ""));
}

#[tokio::test]
async fn token_is_got_once_and_again_when_the_receiver_refuses_it() {
    let world = World::new().await;
    world.receiver.script("/token", [token("t-1"), token("t-2")]);
    world.receiver.script("/a", [Behaviour::ok(), Behaviour::ok(), Behaviour::status(401), Behaviour::ok()]);
    let endpoint = endpoint(&world, "/a", oauth2(&world)).await;
    for _ in 0..2 {
        let message = world.publish().await;
        world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
        let request = world.received("/a", &message, 1).await.swap_remove(0);
        assert_eq!(request.header("authorization"), "Bearer t-1");
    }
    let asked = world.receiver.wait_on("/token", 1).await;
    assert_eq!(asked.len(), 1, "a token is kept");
    // `hook+tide:canary-hunter2`, each part encoded as in a form.
    assert_eq!(asked[0].header("authorization"), "Basic aG9vayt0aWRlOmNhbmFyeS1odW50ZXIy");
    let form = std::str::from_utf8(&asked[0].body).unwrap();
    assert_eq!(
        form,
        "grant_type=client_credentials&scope=events%3Awrite&audience=https%3A%2F%2Fapi.example.com"
    );

    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    let requests = world.received("/a", &message, 2).await;
    let tokens: Vec<&str> = requests.iter().map(|request| request.header("authorization")).collect();
    assert_eq!(tokens, ["Bearer t-1", "Bearer t-2"]);
    let attempts = world.api.wait_for_attempts(&world.app, &message, 1).await;
    assert_eq!(attempts[0]["responseStatusCode"], 200, "both requests are one attempt");

    let mut style = oauth2(&world);
    style["oauth2_auth_style"] = "body".into();
    let path = world.path(&format!("/endpoint/{endpoint}"));
    let _ = world.api.patch(&path, json!({ "destination": http(style) })).await.expect(200);
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;
    let asked = world.receiver.wait_on("/token", 3).await;
    let form = std::str::from_utf8(&asked[2].body).unwrap();
    assert!(form.ends_with("&client_id=hook+tide&client_secret=canary-hunter2"), "{form}");
    assert_eq!(asked[2].header("authorization"), "");
}

#[tokio::test]
async fn failing_token_endpoint_is_told_and_the_message_waits() {
    let world = World::with(ServerSetup::new().retries(&["100ms"; 100].join(","))).await;
    let refusal =
        json!({ "error": "invalid_client", "error_description": format!("no client with {CANARY}") });
    let refused = Behaviour::status(400).body(refusal.to_string());
    world.receiver.script("/token", [refused, token("t-1")]);
    let endpoint = endpoint(&world, "/a", oauth2(&world)).await;
    let message = world.publish().await;
    world.api.wait_for_status(&world.app, &message, &endpoint, 0).await;

    let requests = world.received("/a", &message, 1).await;
    assert_eq!(requests.len(), 1, "nothing is sent without a token");
    let attempts = world.api.attempts(&world.app, &message).await;
    let first = attempts.last().unwrap();
    assert_eq!((&first["status"], &first["responseStatusCode"]), (&json!(2), &json!(0)), "{first}");
    let told = first["response"].as_str().unwrap();
    assert!(
        told.contains("the token endpoint answered 400: invalid_client (no client with [redacted])"),
        "{told}"
    );
    assert!(!json!(attempts).to_string().contains(CANARY) && !world.server.log().contains(CANARY));
}

#[tokio::test]
async fn guard_judges_the_token_endpoint_too() {
    let world = World::with(ServerSetup::new().without("HOOKTIDE_DELIVERY_ALLOW_SUBNETS")).await;
    let body = json!({ "url": "https://example.com/", "destination": http(oauth2(&world)) });
    let answer = world.api.post(&world.path("/endpoint"), body).await.expect(422).json();
    let place = json!(["body", "destination", "config", "oauth2_token_url"]);
    assert_eq!(answer["detail"][0]["loc"], place, "{answer}");
    let own = format!("http://{}/token", world.api.addr());
    let mut config = oauth2(&world);
    config["oauth2_token_url"] = own.into();
    let body = json!({ "url": "https://example.com/", "destination": http(config) });
    let _ = world.api.post(&world.path("/endpoint"), body).await.expect(422);
}
