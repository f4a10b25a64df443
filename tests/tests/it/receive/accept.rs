//! Accepted requests: answered as the provider wants, delivered byte for byte, kept with everything they came with.

use hooktide_testkit::ServerSetup;
use hooktide_verify::provider;
use serde_json::json;

use super::provider::{Door, Inbox, secret_of};

/// A delivery of one provider.
struct Case {
    kind: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    event_type: &'static str,
}

/// Odd spacing, escapes and repeated keys: what a parser would print differently.
const CASES: &[Case] = &[
    Case {
        kind: "github",
        headers: &[("x-github-event", "push"), ("x-github-delivery", "d-1")],
        body: "{ \"a\":1,\"a\" : 2 }\r\n",
        event_type: "push",
    },
    Case {
        kind: "stripe",
        headers: &[],
        body: "{\"id\":\"evt_1\",\"type\":\"invoice.paid\",  \"x\":\"\\u00e9\"}",
        event_type: "invoice.paid",
    },
    Case {
        kind: "slack",
        headers: &[],
        body: "{\"type\":\"event_callback\",\"event_id\":\"E1\",\"event\":{\"type\":\"app mention\"}}",
        event_type: "app_mention",
    },
    Case {
        kind: "shopify",
        headers: &[("x-shopify-topic", "orders/create"), ("x-shopify-webhook-id", "w1")],
        body: "{\"id\" : 1}",
        event_type: "orders_create",
    },
    Case {
        kind: "standard-webhooks",
        headers: &[("webhook-id", "msg_1")],
        body: "{\"type\":\"user.created\"}",
        event_type: "user.created",
    },
    Case {
        kind: "gitlab",
        headers: &[("x-gitlab-event", "Push Hook")],
        body: "{\"object_kind\":\"push\"}",
        event_type: "Push_Hook",
    },
    Case { kind: "none", headers: &[], body: "not even JSON \u{fffd}", event_type: "none.event" },
];

#[tokio::test]
async fn signed_requests_of_every_kind_reach_the_endpoint_byte_for_byte() {
    let inbox = Inbox::new("github").await;
    for Case { kind, headers, body, event_type } in CASES {
        let source = json!({ "type": kind, "config": { "secret": secret_of(kind) } });
        let door = Door::create(&inbox.api, source).await;
        let path = format!("/{kind}");
        let only = json!({ "url": inbox.receiver.url(&path), "eventTypes": [event_type] });
        let _ = inbox.api.post(&door.api("/endpoint"), only).await.expect(201);
        let answer = door.send(&inbox.api, &door.sign(headers, body)).await;
        let answer = answer.expect(provider(kind).expect("it is known").success_status);
        assert_eq!(answer.text(), "", "{kind}: nothing that a provider could take for content");

        let delivered = inbox.delivered(&path, 1).await.remove(0);
        assert_eq!(delivered.body, body.as_bytes(), "{kind}");
        assert_eq!(delivered.header("content-type"), "application/json", "{kind}");
        let receipt = inbox.api.get(&door.api("/receipt")).await.expect(200).json()["data"][0].clone();
        assert_eq!(receipt["outcome"], "accepted", "{kind}: {receipt}");
        assert_eq!(receipt["messageId"], delivered.message_id(), "{kind}");
        assert_eq!(receipt["id"], answer.header("hooktide-receipt"), "{kind}");
    }
}

#[tokio::test]
async fn event_type_is_what_endpoints_filter_by() {
    let inbox = Inbox::new("github").await;
    let only = json!({ "url": inbox.receiver.url("/pushes"), "eventTypes": ["push"] });
    let _ = inbox.api.post(&inbox.door.api("/endpoint"), only).await.expect(201);
    inbox.endpoint("/all").await;
    for (delivery, event) in [("d1", "issues"), ("d2", "push")] {
        let headers = [("x-github-event", event), ("x-github-delivery", delivery)];
        let _ = inbox.send(&inbox.door.sign(&headers, "{}")).await.expect(200);
    }
    inbox.delivered("/all", 2).await;
    assert_eq!(inbox.delivered("/pushes", 1).await.len(), 1);
}

#[tokio::test]
async fn receipt_has_it_all_but_no_secret() {
    let inbox = Inbox::new("github").await;
    let headers = [
        ("x-github-event", "push"),
        ("x-github-delivery", "d-1"),
        ("authorization", "Bearer canary-authorization"),
        ("cookie", "session=canary-cookie"),
    ];
    let signed = inbox.door.sign(&headers, "{\"n\":1}");
    let path = format!("{}/deep/er?x=1&y=%20", inbox.door.path);
    let _ = inbox.door.request(&inbox.api, &path, &signed).await.expect(200);
    let receipt = inbox.receipts("accepted").await.remove(0);
    let detail = inbox.receipt(&receipt["id"]).await;
    assert_eq!(detail["method"], "POST");
    assert_eq!(detail["path"], "/deep/er?x=1&y=%20");
    assert_eq!(detail["peer"], "127.0.0.1");
    assert_eq!(detail["secretId"], "secret");
    assert_eq!(detail["dedupeKey"], "d-1");
    assert_eq!(detail["status"], 200);
    assert_eq!(detail["bodyBase64"], "eyJuIjoxfQ==");
    let shown = detail.to_string();
    let signature = &signed.headers.iter().find(|(name, _)| name == "x-hub-signature-256").unwrap().1;
    let token = inbox.door.path.trim_start_matches("/in/");
    for secret in ["canary-authorization", "canary-cookie", signature, token, super::provider::SECRET] {
        assert!(!shown.contains(secret), "{secret} is shown: {shown}");
    }
    assert!(shown.contains("x-github-event"));
    assert!(!inbox.server.log().contains(token), "the token is not logged");
}

#[tokio::test]
async fn source_answers_as_it_was_told() {
    let response = json!({ "status": 202, "headers": { "x-ready": "yes" }, "body": "thanks" });
    let source = json!({ "type": "none", "response": response, "methods": ["PUT"] });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let put = inbox.api.anonymous().request(hooktide_testkit::Method::PUT, &format!("={}", inbox.door.path));
    let answer = put.bytes("1").send().await.expect(202);
    assert_eq!((answer.text().as_str(), answer.header("x-ready").as_str()), ("thanks", "yes"));
    let refused = inbox.send(&inbox.door.sign(&[], "1")).await;
    assert_eq!(refused.error(405), "method_not_allowed");
    assert_eq!(refused.header("allow"), "PUT");
}
