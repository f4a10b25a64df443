//! The same event twice: once is acted on, whatever comes between.

use hooktide_testkit::DEADLINE;
use serde_json::json;

use super::provider::{Door, Inbox, secret_of, sign_as};

const EVENT: [(&str, &str); 2] = [("x-github-event", "push"), ("x-github-delivery", "same")];

#[tokio::test]
async fn same_event_is_answered_again_and_acted_on_once() {
    let mut inbox = Inbox::new("github").await;
    inbox.endpoint("/once").await;
    let signed = inbox.door.sign(&EVENT, "{\"n\":1}");
    let first = inbox.send(&signed).await.expect(200).header("hooktide-receipt");
    for round in 0..3 {
        let again = inbox.send(&signed).await.expect(200);
        assert_eq!(again.header("hooktide-receipt"), first, "round {round}");
        // In good order: a kill might repeat the delivery, which is another promise's test.
        let stopped = inbox.server.sigterm(DEADLINE).await;
        assert!(stopped.success(), "{stopped:?}");
        inbox.server.restart().await;
        inbox.api = inbox.server.api();
    }
    assert_eq!(inbox.receipts("accepted").await.len(), 1);
    inbox.delivered("/once", 1).await;
    let last = inbox.door.sign(&[("x-github-delivery", "last")], "{\"id\":\"evt_last\",\"type\":\"a\"}");
    assert_eq!(inbox.others("/once", &last).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn same_event_at_the_same_time_is_acted_on_once() {
    let inbox = Inbox::new("stripe").await;
    inbox.endpoint("/once").await;
    let signed = inbox.door.sign(&[], "{\"id\":\"evt_same\",\"type\":\"invoice.paid\"}");
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..24 {
        let (api, door, signed) = (inbox.api.clone(), inbox.door.clone(), signed.clone());
        calls.spawn(async move { door.send(&api, &signed).await.expect(200).header("hooktide-receipt") });
    }
    let mut receipts = calls.join_all().await;
    receipts.dedup();
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    inbox.delivered("/once", 1).await;
    let last = inbox.door.sign(&[("x-github-delivery", "last")], "{\"id\":\"evt_last\",\"type\":\"a\"}");
    assert_eq!(inbox.others("/once", &last).await.len(), 1);
}

#[tokio::test]
async fn same_event_with_another_body_is_kept_and_flagged() {
    let inbox = Inbox::new("github").await;
    inbox.endpoint("/once").await;
    let _ = inbox.send(&inbox.door.sign(&EVENT, "{\"n\":1}")).await.expect(200);
    let _ = inbox.send(&inbox.door.sign(&EVENT, "{\"n\":2}")).await.expect(200);
    let conflict = inbox.receipts("conflict").await.remove(0);
    assert_eq!(conflict["code"], "conflict");
    assert_eq!(inbox.receipt(&conflict["id"]).await["bodyBase64"], "eyJuIjoyfQ==");
    let delivered = inbox.delivered("/once", 1).await;
    assert_eq!(delivered[0].body, "{\"n\":1}");
    // A person may decide that it was an event of its own.
    let replay = inbox.door.api(&format!("/receipt/{}/replay", conflict["id"].as_str().unwrap()));
    let _ = inbox.api.post(&replay, json!({})).await.expect(202);
    assert_eq!(inbox.delivered("/once", 2).await[1].body, "{\"n\":2}");
}

#[tokio::test]
async fn same_id_at_two_sources_is_two_events() {
    let inbox = Inbox::new("github").await;
    let other =
        Door::create(&inbox.api, json!({ "type": "github", "config": { "secret": secret_of("github") } }))
            .await;
    inbox.endpoint("/a").await;
    inbox.endpoint_of(&other, "/b").await;
    let signed = inbox.door.sign(&EVENT, "{}");
    let _ = inbox.send(&signed).await.expect(200);
    let _ = other.send(&inbox.api, &signed).await.expect(200);
    inbox.delivered("/a", 1).await;
    inbox.delivered("/b", 1).await;
}

#[tokio::test]
async fn request_that_is_not_believed_poisons_no_key() {
    let inbox = Inbox::new("github").await;
    inbox.endpoint("/real").await;
    let forged = sign_as("github", "another-secret-entirely", &EVENT, "{\"forged\":true}");
    assert_eq!(inbox.send(&forged).await.error(401), "no_signature_matched");
    let _ = inbox.send(&inbox.door.sign(&EVENT, "{\"real\":true}")).await.expect(200);
    assert_eq!(inbox.delivered("/real", 1).await[0].body, "{\"real\":true}");
    // Nor does a forgery tell whether an event is known.
    assert_eq!(inbox.send(&forged).await.error(401), "no_signature_matched");
    assert_eq!(inbox.receipts("conflict").await.len(), 0);
}

#[tokio::test]
async fn own_rule_decides_what_is_the_same_event() {
    let rule = json!({ "joined": { "parts": [{ "body": "/account" }, { "header": "x-number" }], "separator": ":" } });
    let source = json!({ "type": "none", "dedupe": rule });
    let inbox = Inbox::with(hooktide_testkit::ServerSetup::new(), source).await;
    inbox.endpoint("/events").await;
    for (account, number) in [("a", "1"), ("a", "2"), ("b", "1"), ("a", "1")] {
        let body = format!("{{\"account\":\"{account}\"}}");
        let _ = inbox.send(&inbox.door.sign(&[("x-number", number)], &body)).await.expect(202);
    }
    inbox.delivered("/events", 3).await;
    let keys: Vec<_> = inbox.receipts("accepted").await.iter().map(|it| it["dedupeKey"].clone()).collect();
    assert_eq!(keys, ["b:1", "a:2", "a:1"]);
}
