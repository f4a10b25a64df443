//! Sources through the API.

use serde_json::json;

use super::provider::{Inbox, SECRET};

#[tokio::test]
async fn source_goes_through_its_life() {
    let inbox = Inbox::new("github").await;
    let api = &inbox.api;
    let body = json!({ "name": "Shop", "uid": "shop", "type": "shopify", "config": { "secret": SECRET }, "metadata": { "a": "b" } });
    let made = api.put("/ingest/api/v1/source/shop", body.clone()).await.expect(201).json();
    assert!(made["id"].as_str().unwrap().starts_with("src_"));
    assert_eq!(
        (&made["type"], &made["uid"], &made["metadata"]),
        (&json!("shopify"), &json!("shop"), &json!({ "a": "b" }))
    );
    assert!(!made.to_string().contains(SECRET), "secrets are not shown: {made}");
    assert_eq!(made["config"]["secrets"][0]["id"], "secret");
    assert_eq!(api.get("/ingest/api/v1/source/shop").await.expect(200).json(), made);
    assert_eq!(api.post("/ingest/api/v1/source", body).await.error(409), "conflict");

    let renamed = api
        .patch("/ingest/api/v1/source/shop", json!({ "name": "Store", "uid": "store" }))
        .await
        .expect(200)
        .json();
    assert_eq!((&renamed["name"], &renamed["ingestUrl"]), (&json!("Store"), &made["ingestUrl"]));
    let listed = api.all("/ingest/api/v1/source").await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[1], renamed);
    let _ = api.delete("/ingest/api/v1/source/store").await.expect(204);
    assert_eq!(api.get("/ingest/api/v1/source/store").await.error(404), "not_found");
}

#[tokio::test]
async fn repeated_creation_makes_one_source() {
    let inbox = Inbox::new("github").await;
    let create = async || {
        let request = inbox.api.request(hooktide_testkit::Method::POST, "/ingest/api/v1/source");
        let request = request.idempotency_key("once").json(&json!({ "name": "n", "type": "none" }));
        request.send().await.expect(201).json()
    };
    assert_eq!(create().await, create().await);
}

#[tokio::test]
async fn wire_types_of_other_names_are_understood() {
    let inbox = Inbox::new("github").await;
    for kind in ["generic-webhook", "clerk", "resend"] {
        let made = inbox
            .api
            .post("/ingest/api/v1/source", json!({ "name": "n", "type": kind }))
            .await
            .expect(201)
            .json();
        assert_eq!(made["type"], kind);
        // The wire API's clients take no configuration for this one type.
        assert_eq!(made.get("config").is_none(), kind == "generic-webhook");
    }
    let unknown = inbox.api.post("/ingest/api/v1/source", json!({ "name": "n", "type": "no-such" })).await;
    unknown.invalid("body", "type");
}

#[tokio::test]
async fn secrets_of_a_source_are_nowhere_on_the_disk() {
    let inbox = Inbox::new("github").await;
    let token = inbox.door.path.trim_start_matches("/in/").to_owned();
    let headers = [("x-github-delivery", "d-1"), ("authorization", "canary-in-a-header")];
    let _ = inbox.send(&inbox.door.sign(&headers, "{}")).await.expect(200);
    for secret in [SECRET, token.as_str(), "canary-in-a-header"] {
        assert_eq!(inbox.server.at_rest().place_of(secret), None, "{secret} can be read");
    }
}
