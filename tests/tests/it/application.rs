//! Applications: identity, upserts, the meaning of null, validation.

use hooktide_testkit::{Method, ServerUnderTest};
use serde_json::{Value, json};

use crate::world::{ids, time};

#[tokio::test]
async fn created_application_shows_every_field_in_both_spellings() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let body = json!({ "name": "Acme", "uid": "acme-1", "throttleRate": 7, "metadata": { "plan": "gold" } });

    let app = api.post("/app", body).await.expect(201).json();

    let id = app["id"].as_str().unwrap();
    assert!(id.starts_with("app_") && id.len() == 31, "{id}");
    assert_eq!(app["uid"], "acme-1");
    assert_eq!(app["name"], "Acme");
    assert_eq!(app["metadata"], json!({ "plan": "gold" }));
    assert_eq!((&app["throttleRate"], &app["rateLimit"]), (&json!(7), &json!(7)));
    assert!(time(&app["createdAt"]) <= time(&app["updatedAt"]));
    assert_eq!(api.get(&format!("/app/{id}")).await.expect(200).json(), app);
    assert_eq!(api.get("/app/acme-1").await.expect(200).json(), app);
}

#[tokio::test]
async fn first_generation_spelling_is_accepted() {
    let server = ServerUnderTest::start().await;
    let app = server.api().post("/app", json!({ "name": "Old", "rateLimit": 3 })).await.expect(201).json();
    assert_eq!((&app["throttleRate"], &app["rateLimit"]), (&json!(3), &json!(3)));
}

#[tokio::test]
async fn uid_names_one_application_until_it_is_deleted() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let body = json!({ "name": "Acme", "uid": "acme" });
    let first = api.post("/app", body.clone()).await.expect(201).id();

    assert_eq!(api.post("/app", body.clone()).await.error(409), "conflict");
    assert_eq!(api.post("/app?get_if_exists=true", body.clone()).await.expect(200).id(), first);

    assert!(api.delete("/app/acme").await.expect(204).body.is_empty());
    assert_eq!(api.get("/app/acme").await.error(404), "not_found");
    assert_eq!(api.get(&format!("/app/{first}")).await.error(404), "not_found");
    assert_eq!(api.delete("/app/acme").await.error(404), "not_found");
    let second = api.post("/app?get_if_exists=true", body).await.expect(201).id();
    assert_ne!(first, second);
}

#[tokio::test]
async fn put_creates_under_the_uid_of_its_path_and_then_replaces() {
    let server = ServerUnderTest::start().await;
    let api = server.api();

    let made =
        api.put("/app/by-path", json!({ "name": "One", "metadata": { "a": "b" } })).await.expect(201).json();
    let again = api.put("/app/by-path", json!({ "name": "Two" })).await.expect(200).json();

    assert_eq!(made["uid"], "by-path");
    assert_eq!(again["id"], made["id"]);
    assert_eq!(again["uid"], "by-path");
    assert_eq!(again["name"], "Two");
    assert_eq!(again["metadata"], json!({}), "replaced whole");
    assert_eq!(api.get("/app").await.expect(200).json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn patch_keeps_what_is_absent_and_clears_what_is_null() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let body =
        json!({ "name": "Acme", "uid": "acme", "throttleRate": 7, "metadata": { "a": "1", "b": "2" } });
    let id = api.post("/app", body).await.expect(201).id();

    let kept = api.patch(&format!("/app/{id}"), json!({ "name": "New" })).await.expect(200).json();
    assert_eq!(
        (&kept["name"], &kept["uid"], &kept["throttleRate"]),
        (&json!("New"), &json!("acme"), &json!(7))
    );
    assert_eq!(kept["metadata"], json!({ "a": "1", "b": "2" }));

    let change = json!({ "uid": null, "throttleRate": null, "metadata": { "c": "3" } });
    let cleared = api.patch(&format!("/app/{id}"), change).await.expect(200).json();
    assert_eq!(cleared["name"], "New");
    assert!(cleared["uid"].is_null() && cleared["throttleRate"].is_null() && cleared["rateLimit"].is_null());
    assert_eq!(cleared["metadata"], json!({ "c": "3" }));
    let _ = api.get("/app/acme").await.expect(404);
}

#[tokio::test]
async fn invalid_fields_are_named() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let long = "x".repeat(257);
    let table: [(Value, &str); 12] = [
        (json!({}), ""),
        (json!({ "name": "" }), "name"),
        (json!({ "name": 7 }), ""),
        (json!({ "name": "n", "uid": "" }), "uid"),
        (json!({ "name": "n", "uid": "with space" }), "uid"),
        (json!({ "name": "n", "uid": "app_looks_like_an_id" }), "uid"),
        (json!({ "name": "n", "uid": long }), "uid"),
        (json!({ "name": "n", "throttleRate": 0 }), "throttleRate"),
        (json!({ "name": "n", "throttleRate": 65_536 }), ""),
        (json!({ "name": "n", "throttleRate": -1 }), ""),
        (json!({ "name": "n", "metadata": { "k": 1 } }), ""),
        (json!({ "name": "n", "metadata": { "k": "v".repeat(5000) } }), "metadata"),
    ];
    for (body, field) in table {
        println!("{}", &body.to_string()[..body.to_string().len().min(80)]);
        api.post("/app", body).await.invalid("body", field);
    }
    assert_eq!(ids(&api.get("/app").await.json()), [""; 0], "nothing was stored");
}

#[tokio::test]
async fn list_is_ascending_unless_told_otherwise() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let mut made = Vec::new();
    for n in 0..3 {
        made.push(api.create_app(&format!("App {n}")).await);
    }

    assert_eq!(ids(&api.get("/app").await.json()), made);
    assert_eq!(ids(&api.get("/app?order=ascending").await.json()), made);
    made.reverse();
    assert_eq!(ids(&api.get("/app?order=descending").await.json()), made);
    let refused = api.get("/app?order=sideways").await;
    assert!(matches!(refused.status, 400 | 422), "{refused}");
}

#[tokio::test]
async fn trailing_slash_makes_no_difference() {
    let server = ServerUnderTest::start().await;
    let api = server.api();
    let id = api.post("/app/", json!({ "name": "Slash" })).await.expect(201).id();
    let _ = api.get(&format!("/app/{id}/")).await.expect(200);
    let _ = api.request(Method::GET, "=/api/v1/app/").send().await.expect(200);
}
