//! What is the same event (groups 16 and 17), and what a replay is (group 28).

use hooktide_testkit::{ServerSetup, wait_until};
use serde_json::{Value, json};

use super::provider::{Inbox, SECRET, sign_as};

const EVENT: [(&str, &str); 2] = [("x-github-event", "push"), ("x-github-delivery", "same")];

/// Group 16: a window has an end; repeating an event does not move it.
#[tokio::test]
async fn same_id_after_the_window_is_another_event() {
    let setup = ServerSetup::new().env("HOOKTIDE_RECEIVE_DEDUPE_WINDOW", "3s");
    let inbox = Inbox::with(setup, json!({ "type": "github", "config": { "secret": SECRET } })).await;
    inbox.endpoint("/twice").await;
    let signed = inbox.door.sign(&EVENT, "{}");
    let first = inbox.send(&signed).await.expect(200).header("hooktide-receipt");
    let again = inbox.send(&signed).await.expect(200).header("hooktide-receipt");
    assert_eq!(again, first, "inside the window it is the same event");
    let second = wait_until("the window ends", async || {
        let receipt = inbox.send(&signed).await.expect(200).header("hooktide-receipt");
        (receipt != first).then_some(receipt)
    })
    .await;
    assert_ne!(first, second);
    inbox.delivered("/twice", 2).await;
    assert_eq!(inbox.receipts("accepted").await.len(), 2);
}

/// Group 17: where the id stands is a rule of the source, and what stands in when it is missing is one too.
#[tokio::test]
async fn rule_of_the_source_finds_the_id_or_what_stands_in() {
    let first_of = json!({ "first_of": [{ "header": "x-id" }, { "body": "/id" }, "body_hash"] });
    let nothing = json!({ "first_of": [] });
    // The rule; then pairs of header and body with the number of events that they are.
    type Calls = &'static [(&'static str, &'static str)];
    let cases: [(Value, Calls, usize); 6] = [
        (json!({ "header": "x-id" }), &[("1", "{\"a\":1}"), ("1", "{\"a\":1}"), ("2", "{\"a\":1}")], 2),
        (json!({ "body": "/id" }), &[("", "{\"id\":7}"), ("", "{\"id\":7}"), ("", "{\"id\":\"8\"}")], 2),
        (json!("body_hash"), &[("1", "{}"), ("2", "{}"), ("3", "{ }")], 2),
        (first_of, &[("1", "{}"), ("1", "{}"), ("", "{\"id\":1}"), ("", "{}"), ("", "{}")], 2),
        // Where there is no id, the body stands in.
        (json!({ "header": "x-id" }), &[("", "{}"), ("", "{}"), ("", "{ }")], 2),
        // No two are the same.
        (nothing, &[("", "{}"), ("", "{}")], 2),
    ];
    for (rule, calls, events) in cases {
        let source = json!({ "type": "none", "dedupe": rule });
        let inbox = Inbox::with(ServerSetup::new(), source).await;
        for (id, body) in calls {
            let headers: &[(&str, &str)] = if id.is_empty() { &[] } else { &[("x-id", id)] };
            let _ = inbox.send(&inbox.door.sign(headers, body)).await.expect(202);
        }
        let receipts = inbox.receipts("accepted").await;
        assert_eq!(receipts.len(), events, "{rule}: {receipts:?}");
    }
}

/// Group 28: a replay names what it replays, and the provider's own repetition of it is then the same event.
#[tokio::test]
async fn replayed_event_is_not_acted_on_again_when_its_provider_repeats_it() {
    let inbox =
        Inbox::with(ServerSetup::new(), json!({ "type": "stripe", "config": { "secret": SECRET } })).await;
    inbox.endpoint("/once").await;
    let body = "{\"id\":\"evt_1\",\"type\":\"invoice.paid\"}";
    let theirs = "whsec_the-secret-that-stripe-has";
    // The provider tries twice while the secret is wrong.
    for _ in 0..2 {
        inbox.send(&sign_as("stripe", theirs, &[], body)).await.error(401);
    }
    let refused = inbox.receipts("refused").await;
    assert_eq!(refused.len(), 2);
    let fixed = json!({ "name": "Source", "type": "stripe", "config": { "secret": theirs } });
    let _ = inbox.api.put(&inbox.door.api(""), fixed).await.expect(200);
    let mut messages = Vec::new();
    for receipt in &refused {
        let replay = inbox.door.api(&format!("/receipt/{}/replay", receipt["id"].as_str().unwrap()));
        messages.push(inbox.api.post(&replay, json!({})).await.expect(202).json()["messageId"].clone());
    }
    assert_eq!(messages[0], messages[1], "both are the one event");
    // It comes a third time, and is the same still.
    let _ = inbox.send(&sign_as("stripe", theirs, &[], body)).await.expect(200);
    let last = sign_as("stripe", theirs, &[], "{\"id\":\"evt_last\",\"type\":\"a\"}");
    assert_eq!(inbox.others("/once", &last).await.len(), 1);
    let accepted = inbox.receipts("accepted").await;
    assert_eq!(accepted.len(), 2, "{accepted:?}");
    assert_eq!(accepted[1]["replayOf"], refused[0]["id"]);
}

/// Group 28: what was replayed under an id that another body has is told apart.
#[tokio::test]
async fn replay_under_an_id_that_another_body_has_is_refused() {
    let inbox = Inbox::new("github").await;
    inbox.endpoint("/once").await;
    let wrong = sign_as("github", "another-secret-entirely", &EVENT, "{\"n\":2}");
    inbox.send(&wrong).await.error(401);
    let _ = inbox.send(&inbox.door.sign(&EVENT, "{\"n\":1}")).await.expect(200);
    let both = json!({ "secrets": [{ "id": "a", "secret": SECRET }, { "id": "b", "secret": "another-secret-entirely" }] });
    let _ = inbox
        .api
        .put(&inbox.door.api(""), json!({ "name": "s", "type": "github", "config": both }))
        .await
        .expect(200);
    let kept = inbox.receipts("refused").await.remove(0);
    let replay = inbox.door.api(&format!("/receipt/{}/replay", kept["id"].as_str().unwrap()));
    assert_eq!(inbox.api.post(&replay, json!({})).await.error(409), "conflict");
    let conflict = inbox.receipts("conflict").await.remove(0);
    assert_eq!(conflict["replayOf"], kept["id"], "{conflict}");
}
