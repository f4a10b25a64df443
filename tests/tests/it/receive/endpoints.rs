//! A source's endpoints are ordinary ones, in an application that nobody else finds.

use serde_json::json;

use super::provider::Inbox;

#[tokio::test]
async fn endpoints_go_through_their_life() {
    let inbox = Inbox::new("github").await;
    let endpoint = inbox.endpoint("/a").await;
    let path = inbox.door.api(&format!("/endpoint/{endpoint}"));
    assert_eq!(inbox.api.get(&path).await.expect(200).json()["url"], inbox.receiver.url("/a"));

    let _ = inbox
        .api
        .put(&format!("{path}/headers"), json!({ "headers": { "x-own": "1", "authorization": "b" } }))
        .await
        .expect(204);
    let headers = inbox.api.get(&format!("{path}/headers")).await.expect(200).json();
    assert_eq!(
        (&headers["headers"], &headers["sensitive"]),
        (&json!({ "x-own": "1" }), &json!(["authorization"]))
    );

    let secret = inbox.api.get(&format!("{path}/secret")).await.expect(200).json();
    let _ = inbox.api.post(&format!("{path}/secret/rotate"), json!({})).await.expect(204);
    assert_ne!(inbox.api.get(&format!("{path}/secret")).await.expect(200).json()["key"], secret["key"]);

    let _ = inbox.send(&inbox.door.sign(&[("x-github-delivery", "d-1")], "{}")).await.expect(200);
    assert_eq!(inbox.delivered("/a", 1).await[0].header("x-own"), "1");

    let moved = json!({ "url": inbox.receiver.url("/b"), "uid": "mine" });
    let _ = inbox.api.put(&path, moved).await.expect(200);
    let _ = inbox.send(&inbox.door.sign(&[("x-github-delivery", "d-2")], "{}")).await.expect(200);
    inbox.delivered("/b", 1).await;
    let _ = inbox
        .api
        .put(&inbox.door.api("/endpoint/other"), json!({ "url": inbox.receiver.url("/c") }))
        .await
        .expect(200);
    assert_eq!(inbox.api.all(&inbox.door.api("/endpoint")).await.len(), 2);

    let _ = inbox.api.delete(&inbox.door.api("/endpoint/mine")).await.expect(204);
    let _ = inbox.api.delete(&inbox.door.api("/endpoint/other")).await.expect(204);
    let _ = inbox.send(&inbox.door.sign(&[("x-github-delivery", "d-3")], "{}")).await.expect(200);
    inbox.endpoint("/last").await;
    let last = inbox.door.sign(&[("x-github-delivery", "d-4")], "{\"last\":1}");
    assert_eq!(inbox.others("/last", &last).await.len(), 0);
    assert_eq!(inbox.receiver.all().len(), 3);
}

#[tokio::test]
async fn owned_application_is_nowhere_in_the_application_api() {
    let inbox = Inbox::new("github").await;
    let endpoint = inbox.endpoint("/a").await;
    assert_eq!(inbox.api.all("/app").await, [] as [serde_json::Value; 0]);
    let app = inbox.api.create_app("Own").await;
    assert_eq!(inbox.api.get(&format!("/app/{app}/endpoint/{endpoint}")).await.error(404), "not_found");
    assert_eq!(inbox.api.all("/app").await.len(), 1);
}

#[tokio::test]
async fn failed_action_is_tried_again() {
    let setup = hooktide_testkit::ServerSetup::new().retries("20ms,20ms");
    let inbox = Inbox::with(setup, json!({ "type": "none" })).await;
    inbox.endpoint("/flaky").await;
    let failing = [500, 503].map(hooktide_testkit::Behaviour::status);
    inbox.receiver.script("/flaky", failing);
    let _ = inbox.send(&inbox.door.sign(&[], "{\"n\":1}")).await.expect(202);
    let tries = inbox.delivered("/flaky", 3).await;
    assert!(tries.iter().all(|it| it.body == "{\"n\":1}" && it.message_id() == tries[0].message_id()));
}

#[tokio::test]
async fn filters_hold_for_what_was_received() {
    let inbox = Inbox::new("github").await;
    for (path, branch) in [("/main", "refs/heads/main"), ("/other", "refs/heads/other")] {
        let filter = json!({ "body": { "ref": branch } });
        let endpoint = json!({ "url": inbox.receiver.url(path), "filter": filter });
        let _ = inbox.api.post(&inbox.door.api("/endpoint"), endpoint).await.expect(201);
    }
    let events = [
        ("/main", "f-1", r#"{"ref":"refs/heads/main"}"#),
        ("/other", "f-2", r#"{"ref":"refs/heads/other"}"#),
    ];
    for (path, id, body) in events {
        let _ = inbox.send(&inbox.door.sign(&[("x-github-delivery", id)], body)).await.expect(200);
        assert_eq!(inbox.delivered(path, 1).await[0].body, body.as_bytes(), "{path}");
    }
    assert_eq!(inbox.receiver.all().len(), 2, "each went to one endpoint");
}
