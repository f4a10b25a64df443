//! The door itself: unknown tokens, hostile bodies, and proxies.

use hooktide_testkit::{Method, ServerSetup, raw_exchange};
use serde_json::json;

use super::provider::{Inbox, SECRET, path_of};

#[tokio::test]
async fn unknown_token_is_not_found_for_every_method() {
    let inbox = Inbox::new("github").await;
    for path in ["/in/unknown", "/in/unknown/", "/in/unknown/a/b", &format!("{}x", inbox.door.path)] {
        for method in [Method::POST, Method::GET, Method::PUT, Method::OPTIONS] {
            let answer = inbox.api.anonymous().request(method, &format!("={path}")).send().await;
            assert_eq!(answer.error(404), "not_found", "{path}");
        }
    }
}

#[tokio::test]
async fn body_over_the_limit_is_refused_with_and_without_its_length() {
    let source = json!({ "type": "github", "config": { "secret": SECRET }, "bodyBytesMax": 1000 });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let (addr, path) = (inbox.server.addr(), &inbox.door.path);
    let body = "x".repeat(5000);
    let with_length = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 5000\r\n\r\n{body}");
    let chunked = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1388\r\n{body}\r\n0\r\n\r\n"
    );
    for request in [with_length, chunked] {
        let reply = raw_exchange(addr, request.as_bytes()).await;
        assert_eq!(reply.status, Some(413), "{reply:?}");
        assert!(reply.head.to_ascii_lowercase().contains("connection: close"), "{reply:?}");
    }
    let kept = inbox.receipts("refused").await;
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|it| it["code"] == "payload_too_large" && it["bodyBytes"].is_null()), "{kept:?}");
}

#[tokio::test]
async fn body_that_breaks_off_is_nothing() {
    let inbox = Inbox::new("none").await;
    let (addr, path) = (inbox.server.addr(), &inbox.door.path);
    let broken = format!("POST {path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
    let reply = raw_exchange(addr, broken.as_bytes()).await;
    assert_eq!(reply.status, Some(400), "{reply:?}");
    assert_eq!(inbox.receipts("accepted").await.len(), 0);
}

#[tokio::test]
async fn forwarded_address_counts_from_trusted_peers_only() {
    for (trusted, expected) in [("", "127.0.0.1"), ("127.0.0.0/8", "203.0.113.9")] {
        let setup = ServerSetup::new().env("HOOKTIDE_RECEIVE_TRUSTED_PROXIES", trusted);
        let inbox = Inbox::with(setup, json!({ "type": "none" })).await;
        let signed = inbox.door.sign(&[("x-forwarded-for", "198.51.100.7, 203.0.113.9")], "{}");
        let _ = inbox.send(&signed).await.expect(202);
        assert_eq!(inbox.receipts("accepted").await[0]["peer"], expected);
    }
}

#[tokio::test]
async fn public_url_is_what_sources_are_shown_under() {
    let setup = ServerSetup::new().env("HOOKTIDE_RECEIVE_PUBLIC_URL", "https://hooks.example.com/");
    let inbox = Inbox::with(setup, json!({ "type": "none" })).await;
    let source = inbox.api.get(&inbox.door.api("")).await.expect(200).json();
    let url = source["ingestUrl"].as_str().unwrap();
    assert!(url.starts_with("https://hooks.example.com/in/"), "{url}");
    assert_eq!(path_of(&source["ingestUrl"]), inbox.door.path);
}
