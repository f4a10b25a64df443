//! Refused requests: told why, kept, and taken once more when what was wrong is put right.

use hooktide_testkit::{Method, ServerSetup};
use serde_json::json;

use super::provider::{Inbox, SECRET, sign_as};

const EVENT: [(&str, &str); 2] = [("x-github-event", "push"), ("x-github-delivery", "d-1")];

#[tokio::test]
async fn refused_request_is_kept_with_its_reason_and_acted_on_by_nobody() {
    let inbox = Inbox::new("github").await;
    inbox.endpoint("/never").await;
    let wrong = sign_as("github", "not-the-secret-of-the-source", &EVENT, "{\"n\":1}");
    let answer = inbox.send(&wrong).await;
    assert_eq!(answer.error(401), "no_signature_matched");
    assert!(!answer.text().contains(SECRET));
    let receipt = inbox.receipts("refused").await.remove(0);
    assert_eq!((&receipt["code"], &receipt["status"]), (&json!("no_signature_matched"), &json!(401)));
    assert_eq!(receipt["id"], answer.header("hooktide-receipt"));
    assert_eq!(inbox.receipt(&receipt["id"]).await["bodyBase64"], "eyJuIjoxfQ==");
    let mut unsigned = wrong.clone();
    unsigned.headers.retain(|(name, _)| name != "x-hub-signature-256");
    assert_eq!(inbox.send(&unsigned).await.error(401), "header_missing");
    assert_eq!(inbox.receipts("refused").await.len(), 2);
    let last = inbox.door.sign(&[("x-github-delivery", "last")], "{\"last\":1}");
    assert_eq!(inbox.others("/never", &last).await.len(), 0);
}

#[tokio::test]
async fn refused_request_becomes_an_event_once_the_secret_is_right() {
    let inbox = Inbox::new("stripe").await;
    inbox.endpoint("/late").await;
    let body = "{\"id\":\"evt_1\",\"type\":\"invoice.paid\"}";
    let signed = sign_as("stripe", "whsec_the-secret-that-stripe-has", &[], body);
    inbox.send(&signed).await.error(401);
    let receipt = inbox.receipts("refused").await.remove(0);
    let replay = inbox.door.api(&format!("/receipt/{}/replay", receipt["id"].as_str().unwrap()));
    assert_eq!(inbox.api.post(&replay, json!({})).await.error(400), "still_refused");

    let fixed = json!({ "name": "Source", "type": "stripe", "config": { "secret": "whsec_the-secret-that-stripe-has" } });
    let _ = inbox.api.put(&inbox.door.api(""), fixed).await.expect(200);
    let replayed = inbox.api.post(&replay, json!({})).await.expect(202).json();
    let delivered = inbox.delivered("/late", 1).await.remove(0);
    assert_eq!(delivered.body, body.as_bytes());
    assert_eq!(replayed["messageId"], delivered.message_id());
    let accepted = inbox.receipts("accepted").await.remove(0);
    assert_eq!(accepted["replayOf"], receipt["id"]);
}

#[tokio::test]
async fn accepted_request_is_sent_to_every_endpoint_again() {
    let inbox = Inbox::new("github").await;
    inbox.endpoint("/a").await;
    inbox.endpoint("/b").await;
    let signed = inbox.door.sign(&EVENT, "{}");
    let receipt = inbox.send(&signed).await.expect(200).header("hooktide-receipt");
    inbox.delivered("/a", 1).await;
    inbox.delivered("/b", 1).await;
    let replay = inbox.door.api(&format!("/receipt/{receipt}/replay"));
    for _ in 0..2 {
        // The same call twice is one replay.
        let request = inbox.api.request(Method::POST, &replay).idempotency_key("once");
        assert_eq!(request.send().await.expect(202).json()["endpoints"], 2);
    }
    let [first, again] = &inbox.delivered("/a", 2).await[..] else { panic!("two deliveries") };
    assert_eq!(first.message_id(), again.message_id());
    inbox.delivered("/b", 2).await;
}

#[tokio::test]
async fn what_does_not_fit_is_told_and_kept() {
    let source = json!({ "type": "github", "config": { "secret": SECRET }, "bodyBytesMax": 100 });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let large = inbox.door.sign(&EVENT, &format!("\"{}\"", "x".repeat(99)));
    assert_eq!(inbox.send(&large).await.error(413), "payload_too_large");
    let fits = inbox.door.sign(&EVENT, &format!("\"{}\"", "x".repeat(98)));
    let _ = inbox.send(&fits).await.expect(200);
    let xml = inbox.door.sign(&[("content-type", "text/xml"), EVENT[0], EVENT[1]], "<a/>");
    assert_eq!(inbox.send(&xml).await.error(415), "unsupported_media_type");
    let off = json!({ "name": "Source", "type": "github", "disabled": true });
    let _ = inbox.api.put(&inbox.door.api(""), off).await.expect(200);
    assert_eq!(inbox.send(&fits).await.error(403), "source_disabled");
    let codes: Vec<_> = inbox.receipts("refused").await.iter().map(|it| it["code"].clone()).collect();
    assert_eq!(codes, ["source_disabled", "unsupported_media_type", "payload_too_large"]);
}

#[tokio::test]
async fn refused_requests_are_kept_up_to_a_number() {
    let inbox = Inbox::new("github").await;
    let wrong = sign_as("github", "not-the-secret-of-the-source", &EVENT, "{}");
    for _ in 0..520 {
        inbox.send(&wrong).await.error(401);
    }
    assert_eq!(inbox.receipts("refused").await.len(), 500);
    let _ = inbox.send(&inbox.door.sign(&EVENT, "{}")).await.expect(200);
}
