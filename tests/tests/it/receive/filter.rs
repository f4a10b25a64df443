//! Filters of a source's endpoints over headers, query and path: what passes, and why.

use hooktide_testkit::{Reply, ServerSetup};
use serde_json::{Value, json};

use super::provider::{Inbox, SECRET, Signed};

async fn picky(inbox: &Inbox, path: &str, filter: Value) -> String {
    let endpoint = json!({ "url": inbox.receiver.url(path), "filter": filter });
    inbox.api.post(&inbox.door.api("/endpoint"), endpoint).await.expect(201).id()
}

async fn push(inbox: &Inbox, id: &str, event: &str, behind: &str) -> Reply {
    let signed = inbox.door.sign(&[("x-github-delivery", id), ("x-github-event", event)], r#"{"n":1}"#);
    let target = format!("{}{behind}", inbox.door.path);
    inbox.door.request(&inbox.api, &target, &signed).await.expect(200)
}

async fn explained(inbox: &Inbox, taken: &Reply, endpoint: &str) -> Value {
    let receipt = taken.header("hooktide-receipt");
    let path = inbox.door.api(&format!("/receipt/{receipt}/endpoint/{endpoint}/explain"));
    inbox.api.get(&path).await.expect(200).json()
}

#[tokio::test]
async fn headers_query_and_path_decide_and_the_clause_is_told() {
    let inbox = Inbox::new("github").await;
    let by_header = picky(&inbox, "/header", json!({ "headers": { "X-GitHub-Event": "push" } })).await;
    let by_query = picky(&inbox, "/query", json!({ "query": { "env": { "$in": ["live", "test"] } } })).await;
    let by_path = picky(&inbox, "/path", json!({ "path": { "$startsWith": "/deploy" } })).await;
    let by_cel =
        picky(&inbox, "/cel", json!({ "$cel": "headers['x-github-event'] == 'push' && path == '/'" })).await;
    inbox.endpoint("/all").await;

    let plain = push(&inbox, "f-1", "push", "").await;
    let full = push(&inbox, "f-2", "issues", "/deploy/now?env=live").await;
    assert_eq!(inbox.delivered("/all", 2).await.len(), 2);
    for (endpoint, path, of_plain) in [
        (&by_header, "/header", true),
        (&by_query, "/query", false),
        (&by_path, "/path", false),
        (&by_cel, "/cel", true),
    ] {
        assert_eq!(inbox.delivered(path, 1).await.len(), 1, "{path}");
        for (taken, passed) in [(&plain, of_plain), (&full, !of_plain)] {
            let why = explained(&inbox, taken, endpoint).await;
            assert_eq!(
                (&why["wasMatched"], &why["wouldMatch"], &why["decidedBy"]),
                (&json!(passed), &json!(passed), &json!("filter")),
                "{path}: {why}"
            );
        }
    }
    let why = explained(&inbox, &plain, &by_query).await;
    assert_eq!(why["filter"]["clause"], "$.query.env.$in", "{why}");
    assert_eq!(why["filter"]["actual"], Value::Null, "a missing key does not hold: {why}");
    let why = explained(&inbox, &full, &by_path).await;
    assert_eq!(
        why["filter"]["actual"], "\"/deploy/now\"",
        "the token of the source is not in the path: {why}"
    );
}

#[tokio::test]
async fn filtered_out_event_is_answered_and_kept_and_nothing_is_done() {
    let inbox = Inbox::new("github").await;
    let endpoint = picky(&inbox, "/never", json!({ "headers": { "x-github-event": "never" } })).await;
    inbox.endpoint("/last").await;
    let taken = push(&inbox, "i-1", "push", "").await;
    inbox.delivered("/last", 1).await;
    let receipt = inbox.receipt(&json!(taken.header("hooktide-receipt"))).await;
    assert_eq!(receipt["outcome"], "accepted", "{receipt}");
    let why = explained(&inbox, &taken, &endpoint).await;
    assert_eq!((&why["wasMatched"], &why["filter"]["actual"]), (&json!(false), &json!("\"push\"")), "{why}");
    assert_eq!(inbox.receiver.count(|it| it.path() == "/never"), 0);
}

#[tokio::test]
async fn filter_is_tried_on_a_received_event_and_on_a_made_up_request() {
    let inbox = Inbox::new("github").await;
    let endpoint = inbox.endpoint("/t").await;
    let path = inbox.door.api(&format!("/endpoint/{endpoint}/filter/dry-run"));
    let taken = push(&inbox, "t-1", "push", "/a?b=c").await;
    let message = inbox.delivered("/t", 1).await[0].message_id().to_owned();
    let filter = json!({
        "headers": { "x-github-event": "push" }, "query": { "b": "c" }, "path": "/a", "body": { "n": 1 },
    });
    for named in [taken.header("hooktide-receipt"), message] {
        let body = json!({ "filter": filter, "messageId": named });
        assert_eq!(inbox.api.post(&path, body).await.expect(200).json()["passed"], true);
    }
    let mut given = json!({
        "filter": filter, "payload": { "n": 1 }, "headers": { "X-GitHub-Event": "push" }, "query": { "b": "c" },
        "path": "/a",
    });
    assert_eq!(inbox.api.post(&path, given.clone()).await.expect(200).json()["passed"], true);
    given["path"] = "/b".into();
    let tried = inbox.api.post(&path, given).await.expect(200).json();
    assert_eq!((&tried["passed"], &tried["clause"]), (&json!(false), &json!("$.path")), "{tried}");
    let nobodys = json!({ "filter": {}, "messageId": "rcpt_nobodys" });
    assert_eq!(inbox.api.post(&path, nobodys).await.error(404), "not_found");
}

#[tokio::test]
async fn proof_of_the_provider_cannot_be_guessed_through_a_filter() {
    let inbox = Inbox::new("gitlab").await;
    let guess = json!({ "headers": { "x-gitlab-token": { "$startsWith": "a" } } });
    let endpoint = picky(&inbox, "/guess", guess).await;
    inbox.endpoint("/all").await;
    let taken = inbox.send(&inbox.door.sign(&[("x-gitlab-event", "Push Hook")], "{}")).await.expect(200);
    inbox.delivered("/all", 1).await;
    let why = explained(&inbox, &taken, &endpoint).await;
    assert_eq!((&why["wasMatched"], &why["wouldMatch"]), (&json!(false), &json!(false)), "{why}");
    assert_eq!(why["filter"]["actual"], "[redacted]", "{why}");
}

#[tokio::test]
async fn refused_request_has_nothing_to_explain() {
    let inbox = Inbox::new("github").await;
    let endpoint = inbox.endpoint("/r").await;
    let mut signed = inbox.door.sign(&[("x-github-delivery", "r-1")], "{}");
    signed.body = b"{\"forged\":1}".to_vec();
    let _ = inbox.send(&signed).await;
    let refused = inbox.receipts("refused").await;
    let id = refused[0]["id"].as_str().unwrap();
    let path = inbox.door.api(&format!("/receipt/{id}/endpoint/{endpoint}/explain"));
    assert_eq!(inbox.api.get(&path).await.error(400), "receipt_without_message");
}

#[tokio::test]
async fn secret_of_a_scheme_of_ones_own_is_hidden_too() {
    let scheme = json!({ "token": { "header": { "name": "x-pass", "prefix": "" } } });
    let source = json!({ "type": "custom", "config": { "secret": SECRET }, "scheme": scheme });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let guess = json!({ "headers": { "x-pass": { "$startsWith": "a-secret" } } });
    let endpoint = picky(&inbox, "/guess", guess).await;
    let scripted = inbox.endpoint("/all").await;
    let path = inbox.door.api(&format!("/endpoint/{scripted}/transformation"));
    let code = "function handler(webhook) { webhook.payload = webhook.request.headers; return webhook; }";
    let _ = inbox.api.patch(&path, json!({ "code": code, "enabled": true })).await.expect(204);
    let headers = vec![("x-pass".to_owned(), SECRET.to_owned()), ("x-kind".to_owned(), "push".to_owned())];
    let taken = inbox.send(&Signed { headers, body: b"{}".to_vec() }).await.expect(202);
    let seen: Value = serde_json::from_slice(&inbox.delivered("/all", 1).await[0].body).unwrap();
    assert_eq!((&seen["x-pass"], &seen["x-kind"]), (&json!("[redacted]"), &json!("push")), "{seen}");
    let why = explained(&inbox, &taken, &endpoint).await;
    assert_eq!((&why["wasMatched"], &why["wouldMatch"]), (&json!(false), &json!(false)), "{why}");
    assert!(!why.to_string().contains(SECRET), "{why}");
}
