//! Secrets and URLs that change while requests come in.

use hooktide_testkit::ServerSetup;
use serde_json::json;

use super::provider::{Inbox, path_of, sign_as};

#[tokio::test]
async fn two_secrets_hold_at_the_same_time_and_the_receipt_names_the_one() {
    let secrets = json!([{ "id": "old", "secret": "the-older-secret-0123" }, { "id": "new", "secret": "the-newer-secret-4567" }]);
    let source = json!({ "type": "github", "config": { "secrets": secrets } });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    for (secret, id) in [("the-older-secret-0123", "old"), ("the-newer-secret-4567", "new")] {
        let headers = [("x-github-event", "push"), ("x-github-delivery", id)];
        let _ = inbox.send(&sign_as("github", secret, &headers, "{}")).await.expect(200);
        assert_eq!(inbox.receipts("accepted").await[0]["secretId"], id);
    }
}

#[tokio::test]
async fn secret_outside_its_window_proves_nothing() {
    let secrets = json!([
        { "id": "past", "secret": "the-older-secret-0123", "validUntil": crate::world::now_plus(-60) },
        { "id": "future", "secret": "the-newer-secret-4567", "validFrom": crate::world::now_plus(3600) },
        { "id": "now", "secret": "the-secret-of-today-89", "validUntil": crate::world::now_plus(3600) },
    ]);
    let inbox =
        Inbox::with(ServerSetup::new(), json!({ "type": "github", "config": { "secrets": secrets } })).await;
    for secret in ["the-older-secret-0123", "the-newer-secret-4567"] {
        let answer = inbox.send(&sign_as("github", secret, &[("x-github-delivery", secret)], "{}")).await;
        assert_eq!(answer.error(401), "no_signature_matched");
    }
    let _ = inbox
        .send(&sign_as("github", "the-secret-of-today-89", &[("x-github-delivery", "d")], "{}"))
        .await
        .expect(200);
}

#[tokio::test]
async fn rotated_url_replaces_the_old_one_at_once() {
    let inbox = Inbox::new("github").await;
    let signed = inbox.door.sign(&[("x-github-delivery", "d-1")], "{}");
    let _ = inbox.send(&signed).await.expect(200);
    let rotated = inbox.api.post(&inbox.door.api("/token/rotate"), json!({})).await.expect(200).json();
    let new = path_of(&rotated["ingestUrl"]);
    assert_ne!(new, inbox.door.path);
    assert_eq!(inbox.send(&signed).await.error(404), "not_found");
    let answer = inbox.door.request(&inbox.api, &new, &signed).await.expect(200);
    assert_eq!(inbox.receipts("accepted").await.len(), 1, "it is still the same source: {answer}");
}

#[tokio::test]
async fn deleted_source_has_no_door() {
    let inbox = Inbox::new("github").await;
    let signed = inbox.door.sign(&[("x-github-delivery", "d-1")], "{}");
    let _ = inbox.send(&signed).await.expect(200);
    let _ = inbox.api.delete(&inbox.door.api("")).await.expect(204);
    assert_eq!(inbox.send(&signed).await.error(404), "not_found");
    assert_eq!(inbox.api.get(&inbox.door.api("/receipt")).await.error(404), "not_found");
}
