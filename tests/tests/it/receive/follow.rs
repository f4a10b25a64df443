//! Following a source's receipts through the API: a list that waits for its next row, and the request behind a row.

use std::time::Duration;

use hooktide_testkit::{Api, DEADLINE, Reply, ServerSetup};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::provider::{Door, Inbox, SECRET, sign_as, sign_to};

/// Callers of one organisation that may wait at the same time.
const PLACES: usize = 64;
const EVENT: [(&str, &str); 2] = [("x-github-event", "push"), ("x-github-delivery", "d1")];

fn ask(inbox: &Inbox, query: &str) -> impl Future<Output = Reply> + Send + use<> {
    let (api, path) = (inbox.api.clone(), inbox.door.api(&format!("/receipt?order=ascending&{query}")));
    async move { api.get(&path).await }
}

fn only(reply: &Reply) -> Value {
    let data = reply.json()["data"].as_array().expect("a list").clone();
    let [row] = &data[..] else { panic!("{reply}") };
    row.clone()
}

#[tokio::test]
async fn list_that_waits_is_answered_by_the_commit() {
    let inbox = Inbox::new("github").await;
    let waiting = tokio::spawn(ask(&inbox, "wait=20"));
    let signed = inbox.door.sign(&EVENT, "{}");
    let id = inbox.send(&signed).await.expect(200).header("hooktide-receipt");
    let began = Instant::now();
    let first = timeout(DEADLINE, waiting).await.expect("an answer").unwrap().expect(200);
    assert!(began.elapsed() < Duration::from_secs(10), "it does not sit its time out");
    assert_eq!(only(&first)["id"], id);

    // What is there already is not waited for; and what is refused is a receipt too.
    let again = ask(&inbox, "wait=20").await.expect(200);
    assert_eq!(only(&again)["id"], id);
    let waiting = tokio::spawn(ask(&inbox, &format!("wait=20&iterator={id}")));
    inbox.send(&sign_as("github", "another-secret-entirely", &[], "{}")).await.error(401);
    let second = timeout(DEADLINE, waiting).await.expect("an answer").unwrap().expect(200);
    assert_eq!(only(&second)["outcome"], "refused");
}

#[tokio::test]
async fn list_that_waits_in_vain_is_empty_and_in_time() {
    let inbox = Inbox::new("github").await;
    let other = Door::create(&inbox.api, json!({ "type": "none" })).await;
    let began = Instant::now();
    let waiting = tokio::spawn(ask(&inbox, "wait=2"));
    // Another source's receipts are none of its business, nor are those with another outcome.
    let _ = other.send(&inbox.api, &other.sign(&[], "{}")).await.expect(202);
    let accepted = tokio::spawn(ask(&inbox, "wait=2&outcome=accepted"));
    inbox.send(&sign_as("github", "another-secret-entirely", &[], "{}")).await.error(401);
    let answer = accepted.await.unwrap().expect(200).json();
    assert_eq!((answer["data"].as_array().map(Vec::len), &answer["iterator"]), (Some(0), &Value::Null));
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(only(&waiting.await.unwrap().expect(200))["outcome"], "refused");
    ask(&inbox, "wait=26").await.invalid("query", "wait");
    ask(&inbox, "wait=soon").await.invalid("query", "wait");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_to_wait_are_bounded_by_organisation_and_freed_by_a_stop() {
    let mut inbox = Inbox::new("github").await;
    let mut waiting = JoinSet::new();
    for _ in 0..PLACES + 3 {
        waiting.spawn(ask(&inbox, "wait=25"));
    }
    for _ in 0..3 {
        let full = timeout(DEADLINE, waiting.join_next()).await.expect("an answer").unwrap().unwrap();
        assert_eq!(full.error(503), "too_many_waiting");
        assert_eq!(full.header("retry-after"), "1");
    }
    let _ = ask(&inbox, "wait=0").await.expect(200);
    let stranger: Api = inbox.server.api_of("org_another");
    let theirs = Door::create(&stranger, json!({ "type": "none" })).await;
    let _ = stranger.get(&theirs.api("/receipt?wait=1")).await.expect(200);

    // A stop does not sit their time out.
    let began = Instant::now();
    assert!(inbox.server.sigterm(DEADLINE).await.success());
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    for answer in waiting.join_all().await {
        assert_eq!(answer.expect(200).json()["data"], json!([]));
    }
}

#[tokio::test]
async fn receipts_are_listed_by_time() {
    let inbox = Inbox::new("github").await;
    let _ = inbox.send(&inbox.door.sign(&EVENT, "{}")).await.expect(200);
    let count = async |query: &str| {
        let list = inbox.api.get(&inbox.door.api(&format!("/receipt?{query}"))).await.expect(200).json();
        list["data"].as_array().expect("a list").len()
    };
    for (query, expected) in [
        ("after=2020-01-01T00:00:00Z", 1),
        ("after=2120-01-01T00:00:00Z", 0),
        ("before=2020-01-01T00:00:00Z", 0),
        ("after=2020-01-01T00:00:00Z&before=2120-01-01T00:00:00Z", 1),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
    inbox.api.get(&inbox.door.api("/receipt?after=yesterday")).await.invalid("query", "after");
}

/// What lists hide, a program that passes the request on needs; its owner's token gets it, and nobody else's.
#[tokio::test]
async fn request_of_a_receipt_is_shown_as_it_was_sent() {
    let source = json!({ "type": "azure-event-grid", "config": { "secret": SECRET } });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let event = sign_to(
        "none",
        "http://unsigned.example/",
        &[("x-api-key", "theirs"), ("x-odd", "a")],
        "[{\"id\":\"1\",\"eventType\":\"Blob.Created\"}]",
    );
    let path = format!("{}/tenant?secret={SECRET}", inbox.door.path);
    let answer = inbox.door.request(&inbox.api, &path, &event).await.expect(200);
    let id = answer.header("hooktide-receipt");
    let path = inbox.door.api(&format!("/receipt/{id}/request"));
    let shown = inbox.api.get(&path).await.expect(200).json();
    assert_eq!((&shown["id"], &shown["method"]), (&json!(id), &json!("POST")));
    assert_eq!(shown["path"], format!("/tenant?secret={SECRET}"));
    assert_eq!(shown["bodyBase64"], "W3siaWQiOiIxIiwiZXZlbnRUeXBlIjoiQmxvYi5DcmVhdGVkIn1d");
    assert!(shown["eventType"].is_string() && shown["receivedAt"].is_string(), "{shown}");
    let headers = shown["headers"].as_array().unwrap();
    assert!(headers.contains(&json!({ "name": "x-api-key", "value": "theirs" })), "{shown}");
    assert!(!shown.to_string().contains(inbox.door.path.trim_start_matches("/in/")), "{shown}");
    let listed = inbox.receipt(&json!(id)).await.to_string();
    assert!(!listed.contains("theirs") && !listed.contains(SECRET), "{listed}");

    let stranger = inbox.server.api_of("org_another");
    assert_eq!(stranger.get(&path).await.error(404), "not_found");
    let none = inbox.door.api("/receipt/rcpt_unknown/request");
    assert_eq!(inbox.api.get(&none).await.error(404), "not_found");
    inbox.send(&sign_as("none", "", &[], "[]")).await.error(401);
    let refused = inbox.receipts("refused").await.remove(0);
    let path = inbox.door.api(&format!("/receipt/{}/request", refused["id"].as_str().unwrap()));
    assert_eq!(inbox.api.get(&path).await.expect(200).json()["eventType"], Value::Null);
}
