//! One request that carries many events becomes one message each, where the source asks for it.

use hooktide_testkit::ServerSetup;
use serde_json::{Value, json};

use super::provider::{Inbox, SECRET};

const BATCH: &str = r#"{"data":{"events":[
    {"eventId":"e-1","eventType":"user.created","n":1},
    {"eventId":"e-2","eventType":"user.deleted","n": 2.50},
    {"n":3}
]}}"#;

async fn inbox(more: Value) -> Inbox {
    let mut source = json!({ "type": "okta", "config": { "secret": SECRET } });
    source.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    Inbox::with(ServerSetup::new(), source).await
}

async fn bodies(inbox: &Inbox, path: &str, count: usize) -> Vec<String> {
    let delivered = inbox.delivered(path, count).await;
    let mut bodies: Vec<String> =
        delivered.iter().map(|it| String::from_utf8(it.body.to_vec()).expect("text")).collect();
    bodies.sort();
    bodies
}

#[tokio::test]
async fn each_event_is_a_message_and_the_request_stays_whole() {
    let inbox = inbox(json!({ "split": true })).await;
    inbox.endpoint("/all").await;
    let only = json!({ "url": inbox.receiver.url("/deleted"), "filterTypes": ["user.deleted"] });
    let _ = inbox.api.post(&inbox.door.api("/endpoint"), only).await.expect(201);

    let answer = inbox.send(&inbox.door.sign(&[], BATCH)).await.expect(200);
    let whole = answer.header("hooktide-receipt").to_owned();
    assert_eq!(
        bodies(&inbox, "/all", 3).await,
        [
            r#"{"eventId":"e-1","eventType":"user.created","n":1}"#,
            r#"{"eventId":"e-2","eventType":"user.deleted","n": 2.50}"#,
            r#"{"n":3}"#,
        ]
    );
    assert_eq!(
        bodies(&inbox, "/deleted", 1).await[0],
        r#"{"eventId":"e-2","eventType":"user.deleted","n": 2.50}"#
    );

    let receipts = inbox.receipts("accepted").await;
    let parts: Vec<&Value> = receipts.iter().filter(|it| it["partOf"] == whole.as_str()).collect();
    assert_eq!((receipts.len(), parts.len()), (4, 3));
    let kept = inbox.receipt(&json!(whole)).await;
    assert_eq!(kept["events"], 3);
    assert_eq!(kept["bodyBytes"], BATCH.len());

    // The provider sends the same batch again, with one event more: only that one is new.
    let longer = BATCH.replace("{\"n\":3}", "{\"n\":3}, {\"eventId\":\"e-4\"}");
    let _ = inbox.send(&inbox.door.sign(&[], &longer)).await.expect(200);
    let last = inbox.door.sign(&[], r#"{"data":{"events":[{"eventId":"last"}]}}"#);
    let _ = inbox.send(&last).await.expect(200);
    inbox.receiver.wait_for(1, |it| it.path() == "/all" && it.body == r#"{"eventId":"last"}"#).await;
    assert_eq!(bodies(&inbox, "/all", 5).await[3], r#"{"eventId":"last"}"#);
    assert_eq!(inbox.receiver.all().len(), 6, "five at /all, one at /deleted");
}

#[tokio::test]
async fn an_event_that_came_with_another_body_does_not_hold_up_the_others() {
    let inbox = inbox(json!({ "split": true })).await;
    inbox.endpoint("/all").await;
    let batch = |events: &str| inbox.door.sign(&[], &format!(r#"{{"data":{{"events":[{events}]}}}}"#));
    let _ = inbox.send(&batch(r#"{"eventId":"e-1","n":1}"#)).await.expect(200);
    inbox.delivered("/all", 1).await;
    let _ = inbox.send(&batch(r#"{"eventId":"e-1","n":2},{"eventId":"e-2"}"#)).await.expect(200);
    assert_eq!(bodies(&inbox, "/all", 2).await, [r#"{"eventId":"e-1","n":1}"#, r#"{"eventId":"e-2"}"#]);
    assert_eq!(inbox.receipts("conflict").await.len(), 1);
}

#[tokio::test]
async fn a_replay_splits_again_and_a_body_that_is_no_batch_is_one_event() {
    let inbox = inbox(json!({ "split": true })).await;
    inbox.endpoint("/all").await;
    let batch = r#"{"data":{"events":[{"eventId":"e-1"},{"eventId":"e-2"}]}}"#;
    let answer = inbox.send(&inbox.door.sign(&[], batch)).await.expect(200);
    inbox.delivered("/all", 2).await;
    let replay = inbox.door.api(&format!("/receipt/{}/replay", answer.header("hooktide-receipt")));
    let _ = inbox.api.post(&replay, json!({})).await.expect(202);
    assert_eq!(bodies(&inbox, "/all", 4).await[1], r#"{"eventId":"e-1"}"#);

    let _ = inbox.send(&inbox.door.sign(&[], r#"{"data":{}}"#)).await.expect(200);
    inbox.receiver.wait_for(1, |it| it.body == r#"{"data":{}}"#).await;
}

#[tokio::test]
async fn a_source_may_say_itself_where_events_are_and_how_they_prove_themselves() {
    let scheme = json!({ "hmac": { "parts": ["body"], "hash": "sha256", "encoding": "hex",
        "signature": { "header": { "name": "x-signature" } } } });
    let rule = |pointer: &str| json!({ "body": pointer });
    let source = json!({
        "type": "custom", "config": { "secret": SECRET }, "scheme": scheme,
        "split": { "at": "/items", "event_type": rule("/kind"), "id": rule("/id") },
    });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let only = json!({ "url": inbox.receiver.url("/b"), "filterTypes": ["b"] });
    let _ = inbox.api.post(&inbox.door.api("/endpoint"), only).await.expect(201);
    let batch = inbox.door.sign(&[], r#"{"items":[{"id":1,"kind":"a"},{"id":2,"kind":"b"}]}"#);
    let _ = inbox.send(&batch).await.expect(202);
    assert_eq!(bodies(&inbox, "/b", 1).await, [r#"{"id":2,"kind":"b"}"#]);

    let shown = inbox.api.get(&inbox.door.api("")).await.expect(200).json();
    assert_eq!(shown["scheme"]["hmac"]["signature"]["header"]["name"], "x-signature");
    assert_eq!(shown["split"]["at"], "/items");

    let refused = [
        (json!({ "type": "github", "scheme": scheme }), "has its own"),
        (json!({ "type": "github", "split": true }), "give `at`"),
        (json!({ "type": "custom", "split": { "from": "/items" } }), "unknown field"),
        (
            json!({ "type": "custom", "scheme": { "hmac": { "parts": ["path"], "hash": "sha256",
            "encoding": "hex", "signature": { "header": { "name": "x" } } } } }),
            "lacks `body`",
        ),
    ];
    for (mut source, reason) in refused {
        source["name"] = "Refused".into();
        let answer = inbox.api.post("/ingest/api/v1/source", source).await.expect(422).json();
        assert!(answer.to_string().contains(reason), "{reason}: {answer}");
    }
}

#[tokio::test]
async fn a_custom_scheme_is_not_the_one_it_started_from() {
    let scheme = json!({ "token": { "header": { "name": "x-key", "prefix": "Key " } } });
    let source = json!({ "type": "custom", "config": { "secret": SECRET }, "scheme": scheme,
        "eventType": { "header": "x-kind" } });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let only = json!({ "url": inbox.receiver.url("/paid"), "filterTypes": ["paid"] });
    let _ = inbox.api.post(&inbox.door.api("/endpoint"), only).await.expect(201);
    let hashed = inbox.door.sign(&[], "{}");
    assert_eq!(inbox.send(&hashed).await.status, 401);
    let key = format!("Key {SECRET}");
    let mut request =
        inbox.api.anonymous().request(hooktide_testkit::Method::POST, &format!("={}", inbox.door.path));
    for (name, value) in [("x-key", key.as_str()), ("x-kind", "paid")] {
        request = request.header(name, value);
    }
    let _ = request.bytes(b"{}".to_vec()).send().await.expect(202);
    inbox.delivered("/paid", 1).await;
    let receipt = inbox.receipts("accepted").await.remove(0);
    let headers = inbox.receipt(&receipt["id"]).await["headers"].to_string();
    assert!(!headers.contains(SECRET) && headers.contains("x-key"), "{headers}");
}
