//! Endpoints: identity, filters, upserts, the meaning of null, validation.

use hooktide_testkit::ServerSetup;
use serde_json::{Value, json};

use crate::world::{World, ids, time};

#[tokio::test]
async fn created_endpoint_shows_every_field_in_both_spellings() {
    let world = World::new().await;
    world.api.ensure_event_type("user.created").await;
    let body = json!({
        "url": world.receiver.url("/hook?x=1"), "description": "first", "uid": "ep-1", "throttleRate": 9,
        "eventTypes": ["user.created"], "channels": ["c1"], "metadata": { "k": "v" },
    });

    let endpoint = world.api.post(&world.path("/endpoint"), body.clone()).await.expect(201).json();

    let id = endpoint["id"].as_str().unwrap();
    assert!(id.starts_with("ep_") && id.len() == 30, "{id}");
    for field in ["url", "description", "uid", "throttleRate", "eventTypes", "channels", "metadata"] {
        assert_eq!(endpoint[field], body[field], "{field}");
    }
    assert_eq!(endpoint["filterTypes"], body["eventTypes"]);
    assert_eq!(endpoint["rateLimit"], body["throttleRate"]);
    assert_eq!(endpoint["disabled"], false);
    assert!(endpoint["version"].is_u64(), "the first SDK generation needs an integer version");
    assert!(time(&endpoint["createdAt"]) <= time(&endpoint["updatedAt"]));
    for name in [id, "ep-1"] {
        assert_eq!(
            world.api.get(&world.path(&format!("/endpoint/{name}"))).await.expect(200).json(),
            endpoint
        );
    }
}

#[tokio::test]
async fn smallest_endpoint_has_the_documented_defaults() {
    let world = World::new().await;
    let body = json!({ "url": world.receiver.url("/") });
    let endpoint = world.api.post(&world.path("/endpoint"), body).await.expect(201).json();
    assert_eq!(endpoint["description"], "");
    assert_eq!(endpoint["metadata"], json!({}));
    assert_eq!(endpoint["disabled"], false);
    for field in ["uid", "eventTypes", "filterTypes", "channels", "throttleRate", "rateLimit"] {
        assert!(endpoint[field].is_null(), "{field} is {}", endpoint[field]);
    }
}

#[tokio::test]
async fn first_generation_spellings_are_accepted() {
    let world = World::new().await;
    world.api.ensure_event_type("a.b").await;
    let body =
        json!({ "url": world.receiver.url("/"), "version": 1, "filterTypes": ["a.b"], "rateLimit": 4 });
    let endpoint = world.api.post(&world.path("/endpoint"), body).await.expect(201).json();
    assert_eq!(endpoint["eventTypes"], json!(["a.b"]));
    assert_eq!(endpoint["throttleRate"], 4);

    let path = world.path(&format!("/endpoint/{}", endpoint["id"].as_str().unwrap()));
    let changed =
        world.api.patch(&path, json!({ "filterTypes": null, "rateLimit": 5 })).await.expect(200).json();
    assert!(changed["eventTypes"].is_null());
    assert_eq!(changed["throttleRate"], 5);
}

#[tokio::test]
async fn event_types_must_exist_and_an_empty_list_means_all() {
    let world = World::new().await;
    let url = world.receiver.url("/all");

    let unknown = json!({ "url": url, "eventTypes": ["no.such.type"] });
    world.api.post(&world.path("/endpoint"), unknown).await.invalid("body", "eventTypes");
    let all = json!({ "url": url, "eventTypes": [] });
    let _ = world.api.post(&world.path("/endpoint"), all).await.expect(201);

    let message = world.publish().await;
    world.received("/all", &message, 1).await;
}

#[tokio::test]
async fn uid_names_one_endpoint_of_the_application_until_it_is_deleted() {
    let world = World::new().await;
    let body = json!({ "url": world.receiver.url("/"), "uid": "mine" });
    let first = world.api.post(&world.path("/endpoint"), body.clone()).await.expect(201).id();
    assert_eq!(world.api.post(&world.path("/endpoint"), body.clone()).await.error(409), "conflict");

    let other = world.api.create_app("Other").await;
    let _ = world.api.post(&format!("/app/{other}/endpoint"), body.clone()).await.expect(201);

    let _ = world.api.delete(&world.path("/endpoint/mine")).await.expect(204);
    assert_eq!(world.api.get(&world.path("/endpoint/mine")).await.error(404), "not_found");
    assert_eq!(world.api.get(&world.path(&format!("/endpoint/{first}"))).await.error(404), "not_found");
    let _ = world.api.post(&world.path("/endpoint"), body).await.expect(201);
}

#[tokio::test]
async fn put_creates_under_the_uid_of_its_path_and_then_replaces() {
    let world = World::new().await;
    let path = world.path("/endpoint/by-path");
    let one = json!({ "url": world.receiver.url("/1"), "description": "d", "channels": ["c"] });

    let made = world.api.put(&path, one).await.expect(201).json();
    let again = world.api.put(&path, json!({ "url": world.receiver.url("/2") })).await.expect(200).json();

    assert_eq!(made["uid"], "by-path");
    assert_eq!((&again["id"], &again["uid"]), (&made["id"], &json!("by-path")));
    assert_eq!(again["url"], world.receiver.url("/2"));
    assert_eq!(again["description"], "");
    assert!(again["channels"].is_null());
    let secret = |it: &str| format!("/endpoint/{it}/secret");
    let by_uid = world.api.get(&world.path(&secret("by-path"))).await.expect(200).json();
    assert!(by_uid["key"].as_str().unwrap().starts_with("whsec_"));
}

#[tokio::test]
async fn patch_keeps_what_is_absent_and_clears_what_is_null() {
    let world = World::new().await;
    world.api.ensure_event_type("a").await;
    let id = world
        .endpoint_with(
            "/",
            json!({ "description": "d", "uid": "u", "throttleRate": 3, "eventTypes": ["a"], "channels": ["c"],
                    "metadata": { "k": "v" } }),
        )
        .await;
    let path = world.path(&format!("/endpoint/{id}"));

    let kept = world.api.patch(&path, json!({ "disabled": true })).await.expect(200).json();
    assert_eq!(kept["disabled"], true);
    for (field, value) in [("description", json!("d")), ("uid", json!("u")), ("channels", json!(["c"]))] {
        assert_eq!(kept[field], value);
    }

    let nulls =
        json!({ "uid": null, "throttleRate": null, "eventTypes": null, "channels": null, "disabled": false });
    let cleared = world.api.patch(&path, nulls).await.expect(200).json();
    for field in ["uid", "throttleRate", "eventTypes", "channels"] {
        assert!(cleared[field].is_null(), "{field}");
    }
    assert_eq!(cleared["description"], "d");
    assert_eq!(cleared["metadata"], json!({ "k": "v" }));
}

#[tokio::test]
async fn invalid_fields_are_named() {
    let world = World::new().await;
    let url = world.receiver.url("/");
    let eleven: Vec<String> = (0..11).map(|n| format!("c{n}")).collect();
    let table: [(Value, &str); 15] = [
        (json!({}), ""),
        (json!({ "url": "" }), "url"),
        (json!({ "url": "not a url" }), "url"),
        (json!({ "url": "ftp://example.com/" }), "url"),
        (json!({ "url": "gopher://127.0.0.1/" }), "url"),
        (json!({ "url": "https://" }), "url"),
        (json!({ "url": format!("https://example.com/{}", "x".repeat(66_000)) }), "url"),
        (json!({ "url": url, "uid": "ep_like_an_id" }), "uid"),
        (json!({ "url": url, "uid": "a/b" }), "uid"),
        (json!({ "url": url, "throttleRate": 0 }), "throttleRate"),
        (json!({ "url": url, "channels": eleven }), "channels"),
        (json!({ "url": url, "channels": ["white space"] }), "channels"),
        (json!({ "url": url, "secret": "whsec_short" }), "secret"),
        (json!({ "url": url, "secret": "whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!" }), "secret"),
        (json!({ "url": url, "metadata": { "k": "v".repeat(5000) } }), "metadata"),
    ];
    for (body, field) in table {
        println!("{}", &body.to_string()[..body.to_string().len().min(80)]);
        world.api.post(&world.path("/endpoint"), body).await.invalid("body", field);
    }
    assert_eq!(ids(&world.api.get(&world.path("/endpoint")).await.json()), [""; 0], "nothing was stored");
}

#[tokio::test]
async fn list_is_newest_first_unless_told_otherwise() {
    let world = World::new().await;
    let mut made = Vec::new();
    for n in 0..3 {
        made.push(world.endpoint(&format!("/{n}")).await);
    }
    assert_eq!(ids(&world.api.get(&world.path("/endpoint?order=ascending")).await.json()), made);
    made.reverse();
    assert_eq!(ids(&world.api.get(&world.path("/endpoint")).await.json()), made);
    assert_eq!(ids(&world.api.get(&world.path("/endpoint?order=descending")).await.json()), made);
}

#[tokio::test]
async fn https_only_server_refuses_plain_http() {
    let world = World::with(ServerSetup::new().env("HOOKTIDE_DELIVERY_HTTPS_ONLY", "true")).await;
    let path = world.path("/endpoint");
    world.api.post(&path, json!({ "url": "http://example.com/" })).await.invalid("body", "url");
    let id = world.api.post(&path, json!({ "url": "https://example.com/" })).await.expect(201).id();
    let change = json!({ "url": "http://example.com/" });
    world.api.patch(&format!("{path}/{id}"), change).await.invalid("body", "url");
}

#[tokio::test]
async fn endpoints_of_an_unknown_application_are_not_found() {
    let world = World::new().await;
    assert_eq!(world.api.get("/app/nobody/endpoint").await.error(404), "not_found");
    let body = json!({ "url": world.receiver.url("/") });
    assert_eq!(world.api.post("/app/nobody/endpoint", body).await.error(404), "not_found");
}
