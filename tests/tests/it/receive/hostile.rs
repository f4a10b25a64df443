//! Senders that mean harm or know no better (group 14), at the level of the wire.

use std::time::Duration;

use hooktide_testkit::{Method, ServerSetup, raw_exchange, raw_exchange_within};
use serde_json::json;
use tokio::task::JoinSet;

use super::provider::{Inbox, SECRET};

/// Senders that never finish, at the same time.
const SLOW: usize = 60;
/// Longer than the server waits for a body.
const PATIENCE: Duration = Duration::from_secs(50);

fn none(bytes_max: u32) -> serde_json::Value {
    json!({ "type": "none", "bodyBytesMax": bytes_max })
}

/// Senders that stop in the middle, of the body or of the head, hold nobody up, and those that a request can be made out
/// of are told so in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_never_end_hold_nobody_up() {
    let inbox = Inbox::new("github").await;
    let (addr, path) = (inbox.server.addr(), inbox.door.path.clone());
    let mut slow = JoinSet::new();
    for number in 0..SLOW {
        let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\n");
        let (begun, end) = match number % 3 {
            0 => (format!("{head}content-length: 100\r\n\r\n{{\"n\":"), Some(408)),
            1 => (format!("{head}transfer-encoding: chunked\r\n\r\n5\r\n{{\"n\":\r\n"), Some(408)),
            _ => (format!("{head}x-dribbled: "), None),
        };
        slow.spawn(async move { (raw_exchange_within(PATIENCE, addr, begun.as_bytes()).await, end) });
    }
    for number in 0..50 {
        let headers = [("x-github-delivery", &*format!("d{number}"))];
        let _ = inbox.send(&inbox.door.sign(&headers, "{}")).await.expect(200);
    }
    for (reply, end) in slow.join_all().await {
        assert_eq!(reply.status, end, "{reply:?}");
    }
    assert_eq!(inbox.receipts("accepted").await.len(), 50);
    assert_eq!(inbox.receipts("refused").await.len(), 0, "half a body is nothing to keep");
}

/// A body of exactly the limit is taken, one more byte is not, told with and without its length: never a silent cut.
#[tokio::test]
async fn limit_of_the_body_is_exact() {
    let inbox = Inbox::with(ServerSetup::new(), none(1000)).await;
    inbox.endpoint("/whole").await;
    let (addr, path) = (inbox.server.addr(), &inbox.door.path);
    for (letter, length, status) in [('a', 1000, 202), ('b', 1001, 413)] {
        let body = letter.to_string().repeat(length);
        let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n");
        let told = format!("{head}content-length: {length}\r\n\r\n{body}");
        let (first, rest) = body.split_at(600);
        let chunks = format!("258\r\n{first}\r\n{:x}\r\n{rest}\r\n0\r\n\r\n", rest.len());
        let chunked = format!(
            "{head}transfer-encoding: chunked\r\n\r\n{}",
            chunks.replace(letter, &letter.to_uppercase().to_string())
        );
        for request in [told, chunked] {
            let reply = raw_exchange(addr, request.as_bytes()).await;
            assert_eq!(reply.status, Some(status), "{length}: {reply:?}");
        }
    }
    let delivered = inbox.delivered("/whole", 2).await;
    assert!(delivered.iter().all(|it| it.body.len() == 1000), "{delivered:?}");
    assert_eq!(inbox.receipts("refused").await.len(), 2);
}

/// Heads that are too long, too many or malformed end at the head.
#[tokio::test]
async fn heads_without_measure_are_refused() {
    let inbox = Inbox::with(ServerSetup::new(), none(1000)).await;
    let (addr, path) = (inbox.server.addr(), &inbox.door.path);
    let post = format!("POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n");
    let many: String = (0..150).map(|number| format!("x-{number}: 1\r\n")).collect();
    let long = "x".repeat(300 << 10);
    let cases = [
        (format!("{post}{many}content-length: 0\r\n\r\n"), &[431][..]),
        (format!("{post}x-long: {long}\r\ncontent-length: 0\r\n\r\n"), &[431]),
        (format!("POST {path}?{long} HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n"), &[414, 431]),
        (format!("{post}content-length: 5\r\ncontent-length: 6\r\n\r\n123456"), &[400]),
        (format!("{post}content-length: -1\r\n\r\n"), &[400]),
        (format!("{post}x bad: 1\r\ncontent-length: 0\r\n\r\n"), &[400]),
        ("POST / HTTP/9.9\r\n\r\n".to_owned(), &[400, 505]),
        ("\u{16}\u{3}\u{1}hello over TLS\r\n\r\n".to_owned(), &[400]),
    ];
    for (number, (request, expected)) in cases.iter().enumerate() {
        let reply = raw_exchange(addr, request.as_bytes()).await;
        assert!(reply.status.is_some_and(|it| expected.contains(&it)), "case {number}: {reply:?}");
    }
    assert_eq!(inbox.receipts("accepted").await.len(), 0);
    let _ = inbox.send(&inbox.door.sign(&[], "{}")).await.expect(202);
}

/// Two lengths that disagree must not smuggle a second request.
#[tokio::test]
async fn length_beside_chunks_smuggles_nothing() {
    let inbox = Inbox::with(ServerSetup::new(), none(1000)).await;
    let (addr, path) = (inbox.server.addr(), &inbox.door.path);
    let inner = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\nsmuggled");
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{inner}"
    );
    let _ = raw_exchange(addr, request.as_bytes()).await;
    let receipts = inbox.receipts("accepted").await;
    for receipt in &receipts {
        assert_eq!(receipt["bodyBytes"], 0, "{receipt}");
    }
}

/// A body that is too long by its own announcement is not asked for: who waits to be asked is refused at once.
#[tokio::test]
async fn sender_that_waits_with_too_much_is_not_asked() {
    let inbox = Inbox::with(ServerSetup::new(), none(1000)).await;
    let (addr, path) = (inbox.server.addr(), &inbox.door.path);
    for (expect, length) in [("100-continue", 1001), ("100-Continue", u64::MAX / 2)] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nexpect: {expect}\r\ncontent-length: {length}\r\n\r\n"
        );
        let reply = raw_exchange(addr, request.as_bytes()).await;
        assert_eq!(reply.status, Some(413), "{reply:?}");
        assert!(reply.head.to_ascii_lowercase().contains("connection: close"), "{reply:?}");
        assert!(reply.body.contains("payload_too_large"), "{reply:?}");
    }
    let kept = inbox.receipts("refused").await;
    assert_eq!(kept.len(), 2, "{kept:?}");
    // The API's own bodies have the same manners.
    let request =
        "POST /api/v1/app HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 999999999\r\n";
    let request = format!("{request}authorization: Bearer {}\r\n\r\n", inbox.api.token());
    assert_eq!(raw_exchange(addr, request.as_bytes()).await.status, Some(413));
}

/// A body over the limit that comes in drops is refused like any other, and long before a slow one is given up.
#[tokio::test]
async fn dribbled_body_over_the_limit_is_told_so_soon() {
    let inbox = Inbox::with(ServerSetup::new(), none(10)).await;
    let begun = format!(
        "POST {} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{}",
        inbox.door.path,
        "x".repeat(11)
    );
    let reply = raw_exchange(inbox.server.addr(), begun.as_bytes()).await;
    assert_eq!(reply.status, Some(413), "{reply:?}");
    assert_eq!(inbox.receipts("refused").await[0]["code"], "payload_too_large");
}

/// What a request may have too many of is told in JSON, as everything is that can still be read.
#[tokio::test]
async fn too_many_headers_are_told_in_json() {
    let inbox = Inbox::with(ServerSetup::new(), none(1000)).await;
    let (addr, path) = (inbox.server.addr(), &inbox.door.path);
    for (count, status) in [(97, 202), (98, 431), (200, 431)] {
        // Three more are host, connection and length.
        let many: String = (0..count).map(|number| format!("x-{number}: 1\r\n")).collect();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{many}content-length: 0\r\n\r\n"
        );
        let reply = raw_exchange(addr, request.as_bytes()).await;
        assert_eq!(reply.status, Some(status), "{count}: {reply:?}");
        assert_eq!(reply.body.contains("\"too_many_headers\""), status == 431, "{count}: {reply:?}");
    }
    assert_eq!(inbox.receipts("accepted").await.len(), 1);
}

/// Nothing vanishes: a wrong method is kept within the bounds of all refusals; what is over the rate is counted, so that
/// a flood costs nothing.
#[tokio::test]
async fn wrong_method_is_kept_and_what_is_over_the_rate_is_counted() {
    let source = json!({ "type": "github", "config": { "secret": SECRET }, "throttleRate": 1 });
    let inbox = Inbox::with(ServerSetup::new(), source).await;
    let answer = inbox.door.ask(&inbox.api, Method::GET, "?scan=1", &[]).await;
    assert_eq!(answer.error(405), "method_not_allowed");
    let kept = inbox.receipts("refused").await;
    assert_eq!(kept[0]["id"], answer.header("hooktide-receipt"));
    let seen = (&kept[0]["method"], &kept[0]["status"], &kept[0]["code"]);
    assert_eq!(seen, (&json!("GET"), &json!(405), &json!("method_not_allowed")));
    let replay = inbox.door.api(&format!("/receipt/{}/replay", kept[0]["id"].as_str().unwrap()));
    assert_eq!(inbox.api.post(&replay, json!({})).await.error(400), "still_refused");

    let mut put_off = 0;
    for number in 0..8 {
        let id = format!("d{number}");
        let answer = inbox.send(&inbox.door.sign(&[("x-github-delivery", &id)], "{}")).await;
        put_off += u64::from(answer.status == 429);
    }
    assert!(put_off > 0);
    let source = inbox.api.get(&inbox.door.api("")).await.expect(200).json();
    assert_eq!(source["putOff"], put_off);
    assert_eq!(inbox.receipts("refused").await.len(), 1);
}

/// Senders that ask first are asked to go on, and their body is taken.
#[tokio::test]
async fn sender_that_waits_to_be_asked_is_asked() {
    let inbox =
        Inbox::with(ServerSetup::new(), json!({ "type": "custom", "config": { "secret": SECRET } })).await;
    let signed = inbox.door.sign(&[], "{\"n\":1}");
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 7\r\n\
         content-type: application/json\r\nx-signature: {}\r\n\r\n{{\"n\":1}}",
        inbox.door.path,
        signed.header("x-signature")
    );
    let reply = raw_exchange(inbox.server.addr(), request.as_bytes()).await;
    let said = format!("{}{}", reply.head, reply.body);
    assert!(said.starts_with("HTTP/1.1 100"), "{said}");
    assert!(said.contains("HTTP/1.1 202"), "{said}");
    assert_eq!(inbox.receipts("accepted").await.len(), 1);
}
