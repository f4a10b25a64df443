//! How a destination is written, checked, shown and kept.

use hooktide_testkit::ServerSetup;
use serde_json::{Value, json};

use crate::world::World;

const CANARY: &str = "canary-hunter2";

fn redis(port: u16, password: &str) -> Value {
    json!({
        "kind": "redis",
        "config": {
            "url": format!("redis://127.0.0.1:{port}/0"), "password": password, "command": "delete", "key": "k",
        },
    })
}

#[tokio::test]
async fn secrets_are_masked_kept_and_never_sent_to_another_server() {
    let world = World::new().await;
    let body = json!({ "destination": redis(7000, CANARY), "uid": "cache" });
    let made = world.api.post(&world.path("/endpoint"), body).await.expect(201);
    assert!(!made.text().contains(CANARY), "{made}");
    let made = made.json();
    assert_eq!(made["url"], "redis://127.0.0.1:7000/0");
    assert_eq!(made["destination"]["config"]["password"], "[redacted]");

    let path = world.path("/endpoint/cache");
    let written_back = json!({ "uid": "cache", "destination": made["destination"], "description": "again" });
    let kept = world.api.put(&path, written_back).await.expect(200);
    assert_eq!(kept.json()["destination"], made["destination"]);
    let moved = world.api.patch(&path, json!({ "destination": redis(7001, "[redacted]") })).await.expect(422);
    assert_eq!(moved.json()["detail"][0]["loc"], json!(["body", "destination", "config", "password"]));
    for read in ["/endpoint", "/endpoint/cache"] {
        assert!(!world.api.get(&world.path(read)).await.expect(200).text().contains(CANARY));
    }
    assert!(!world.server.log().contains(CANARY));
    assert_eq!(world.server.at_rest().place_of(CANARY), None, "the secret can be read");
}

#[tokio::test]
async fn every_mistake_is_told_and_nothing_is_stored() {
    let world = World::new().await;
    let config = json!({ "url": "sqlite:a.db", "table": "t", "key": ["id", 7], "colums": {} });
    let body = json!({ "destination": { "kind": "sql", "config": config }, "throttleRate": 0 });
    let answer = world.api.post(&world.path("/endpoint"), body).await.expect(422).json();
    let places: Vec<String> =
        answer["detail"].as_array().unwrap().iter().map(|it| it["loc"].to_string()).collect();
    for place in ["colums", "columns", "[1]", "throttleRate"] {
        assert!(places.iter().any(|loc| loc.contains(&format!("\"{place}\""))), "{place}: {places:?}");
    }
    let listed = world.api.get(&world.path("/endpoint")).await.expect(200).json();
    assert_eq!(listed["data"], json!([]));
}

#[tokio::test]
async fn files_and_private_servers_are_refused_unless_the_operator_allows_them() {
    let world = World::with(ServerSetup::new().without("HOOKTIDE_DELIVERY_ALLOW_SUBNETS")).await;
    let file = json!({
        "kind": "sql",
        "config": { "url": "sqlite:a.db", "table": "t", "key": ["id"], "columns": { "id": { "path": "$.id" } } },
    });
    for destination in [file, redis(6379, "secret")] {
        let answer = world.api.post(&world.path("/endpoint"), json!({ "destination": destination })).await;
        let answer = answer.expect(422).json();
        assert_eq!(answer["detail"][0]["loc"], json!(["body", "destination", "config", "url"]), "{answer}");
    }
}

#[tokio::test]
async fn kinds_are_listed_with_a_schema_and_an_example_that_passes() {
    let setup = ServerSetup::new()
        .env("HOOKTIDE_DESTINATIONS_FILES_ROOT", "/var/lib/hooktide/destinations")
        .env("HOOKTIDE_DESTINATIONS_COMMANDS", "/usr/local/bin/restart-shop");
    let world = World::with(setup).await;
    let list = world.api.get("/destination-kind").await.expect(200).json();
    let kinds = list["data"].as_array().unwrap();
    let names: Vec<&str> = kinds.iter().map(|kind| kind["name"].as_str().unwrap()).collect();
    let all = [
        "http", "sql", "redis", "nats", "amqp", "mqtt", "file", "command", "notify", "email", "s3", "message",
    ];
    for name in all {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    // What examples name that must exist.
    let _ = world.api.post("/app", json!({ "name": "Billing", "uid": "billing" })).await.expect(201);
    for kind in kinds {
        assert_eq!(kind["schema"]["type"], "object", "{kind}");
        let destination = json!({ "kind": kind["name"], "config": kind["example"] });
        let body = json!({ "url": "https://example.com/", "destination": destination });
        let _ = world.api.post(&world.path("/endpoint"), body).await.expect(201);
    }
}
