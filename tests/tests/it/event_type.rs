//! Event types: the catalogue, archiving and reviving.

use hooktide_testkit::ServerUnderTest;
use serde_json::{Value, json};

use crate::world::time;

fn names(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn created_event_type_shows_every_field() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let schemas = json!({ "1": { "title": "User", "type": "object" } });
    let body = json!({
        "name": "user.created", "description": "A user", "deprecated": true, "schemas": schemas, "groupName": "user",
        "featureFlags": ["beta"],
    });

    let made = api.post("/event-type", body.clone()).await.expect(201).json();

    for field in ["name", "description", "deprecated", "schemas", "groupName", "featureFlags"] {
        assert_eq!(made[field], body[field], "{field}");
    }
    assert_eq!(made["featureFlag"], "beta");
    assert_eq!(made["archived"], false);
    assert!(time(&made["createdAt"]) <= time(&made["updatedAt"]));
    assert_eq!(api.get("/event-type/user.created").await.expect(200).json(), made);
    assert_eq!(api.post("/event-type", body).await.error(409), "event_type_exists");
}

#[tokio::test]
async fn singular_feature_flag_is_accepted() {
    let server = ServerUnderTest::start().await;
    let body = json!({ "name": "a", "description": "", "featureFlag": "beta" });
    let made = server.api().post("/event-type", body).await.expect(201).json();
    assert_eq!((&made["featureFlag"], &made["featureFlags"]), (&json!("beta"), &json!(["beta"])));
}

#[tokio::test]
async fn put_creates_then_replaces_and_patch_changes_one_field() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let made = api
        .put("/event-type/a.b", json!({ "description": "one", "groupName": "g" }))
        .await
        .expect(201)
        .json();
    assert_eq!(made["name"], "a.b");

    let replaced = api.put("/event-type/a.b", json!({ "description": "two" })).await.expect(200).json();
    assert_eq!(replaced["description"], "two");
    assert!(replaced["groupName"].is_null());

    let patch = json!({ "schemas": { "1": { "type": "object" } } });
    let patched = api.patch("/event-type/a.b", patch).await.expect(200).json();
    assert_eq!(patched["description"], "two");
    assert_eq!(patched["schemas"], json!({ "1": { "type": "object" } }));
    let cleared = api.patch("/event-type/a.b", json!({ "schemas": null })).await.expect(200).json();
    assert!(cleared["schemas"].is_null());
    assert_eq!(api.patch("/event-type/unknown", json!({})).await.error(404), "not_found");
}

#[tokio::test]
async fn deleted_event_type_is_archived_and_can_be_revived_or_expunged() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let body = json!({ "name": "a", "description": "first" });
    let _ = api.post("/event-type", body.clone()).await.expect(201);

    let _ = api.delete("/event-type/a").await.expect(204);
    assert_eq!(api.get("/event-type/a").await.expect(200).json()["archived"], true);
    assert_eq!(names(&api.get("/event-type").await.json()), [""; 0]);
    assert_eq!(names(&api.get("/event-type?include_archived=true").await.json()), ["a"]);

    let revived = api.post("/event-type", body).await.expect(201).json();
    assert_eq!(revived["archived"], false);
    let _ = api.delete("/event-type/a?expunge=true").await.expect(204);
    assert_eq!(api.get("/event-type/a").await.error(404), "not_found");
    assert_eq!(names(&api.get("/event-type?include_archived=true").await.json()), [""; 0]);
    assert_eq!(api.delete("/event-type/a").await.error(404), "not_found");
}

#[tokio::test]
async fn archived_event_type_cannot_be_subscribed() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    api.ensure_event_type("gone").await;
    let _ = api.delete("/event-type/gone").await.expect(204);
    let app = api.create_app("A").await;
    let body = json!({ "url": "http://127.0.0.1:9/", "eventTypes": ["gone"] });
    api.post(&format!("/app/{app}/endpoint"), body).await.invalid("body", "eventTypes");
}

#[tokio::test]
async fn list_is_sorted_by_name_and_leaves_schemas_out() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    for name in ["b", "c", "a"] {
        let body = json!({ "name": name, "description": "d", "schemas": { "1": { "type": "object" } } });
        let _ = api.post("/event-type", body).await.expect(201);
    }

    let list = api.get("/event-type").await.expect(200).json();
    assert_eq!(names(&list), ["a", "b", "c"]);
    assert!(list["data"][0]["schemas"].is_null());
    assert_eq!(names(&api.get("/event-type?order=descending").await.json()), ["c", "b", "a"]);
    let full = api.get("/event-type?with_content=true").await.expect(200).json();
    assert_eq!(full["data"][0]["schemas"], json!({ "1": { "type": "object" } }));
}

#[tokio::test]
async fn invalid_fields_are_named() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let table: [(Value, &str); 5] = [
        (json!({ "description": "no name" }), ""),
        (json!({ "name": "", "description": "" }), "name"),
        (json!({ "name": "with space", "description": "" }), "name"),
        (json!({ "name": "x".repeat(257), "description": "" }), "name"),
        (json!({ "name": "a", "description": "", "groupName": "not ok" }), "groupName"),
    ];
    for (body, field) in table {
        api.post("/event-type", body).await.invalid("body", field);
    }
}
