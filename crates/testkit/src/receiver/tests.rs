use bytes::Bytes;
use hooktide_verify::standard_webhooks::{SigningKey, sign};

use super::{Behaviour, Gate, Receiver, verdict};
use crate::{Api, Method, raw_exchange, unix_seconds};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn post(path: &str, extra: &str, body: &str) -> Vec<u8> {
    format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n{extra}\r\n{body}", body.len())
        .into_bytes()
}

#[tokio::test]
async fn script_is_played_in_order_and_its_end_repeats() {
    let receiver = Receiver::start().await;
    receiver.script(
        "/a",
        [Behaviour::status(500), Behaviour::status(503).header("Retry-After", "7"), Behaviour::ok()],
    );

    let mut seen = Vec::new();
    for _ in 0..4 {
        let reply = raw_exchange(receiver.addr(), &post("/a?q=1", "", "x")).await;
        seen.push(reply.status.unwrap());
        assert_eq!(reply.head.contains("Retry-After: 7"), reply.status == Some(503));
    }

    assert_eq!(seen, [500, 503, 200, 200]);
    assert_eq!(receiver.wait_on("/a", 4).await.len(), 4);
    assert_eq!(receiver.all()[0].target, "/a?q=1");
}

#[tokio::test]
async fn connection_is_kept_between_requests_and_bytes_are_exact() {
    let receiver = Receiver::start().await;
    let client = Api::new(receiver.addr(), None);

    for body in ["{\"a\": 1 }", "\u{e9}"] {
        let _ = client.request(Method::POST, "=/k").bytes(body).send().await.expect(200);
    }

    let all = receiver.all();
    assert_eq!(all[0].body, Bytes::from_static(b"{\"a\": 1 }"));
    assert_eq!(all[1].body, Bytes::from("\u{e9}"));
    assert_eq!(all[0].connection, all[1].connection);
    assert!(all[0].answered_at.is_some());
}

#[tokio::test]
async fn held_request_is_answered_once_the_gate_opens() {
    let receiver = Receiver::start().await;
    let gate = Gate::closed();
    receiver.script("/g", [Behaviour::status(202).held_by(&gate)]);
    let addr = receiver.addr();
    let asking = tokio::spawn(async move { raw_exchange(addr, &post("/g", "", "")).await.status });

    let held = receiver.first_on("/g").await;
    assert!(held.answered_at.is_none());
    assert_eq!(receiver.peak("/g"), 1);
    gate.open();

    assert_eq!(asking.await.unwrap(), Some(202));
}

#[tokio::test]
async fn closing_stalling_and_endless_paths_do_so() {
    let receiver = Receiver::start().await;
    receiver.script("/close", [Behaviour::Close]);
    receiver.script("/raw", [Behaviour::Raw(Bytes::from_static(b"nonsense"))]);
    receiver.script("/endless", [Behaviour::Endless(Bytes::from_static(b"HTTP/1.1 200 OK\r\n\r\n"))]);

    assert_eq!(raw_exchange(receiver.addr(), &post("/close", "", "")).await.status, None);
    assert_eq!(raw_exchange(receiver.addr(), &post("/raw", "", "")).await.head, "nonsense");
    assert_eq!(raw_exchange(receiver.addr(), &post("/endless", "", "")).await.status, Some(200));

    let endless = receiver.wait_for(1, |it| it.path() == "/endless" && it.abandoned_at.is_some()).await;
    assert!(endless[0].taken_bytes > 1 << 20);
}

#[tokio::test]
#[should_panic(expected = "malformed")]
async fn chunked_request_is_reported() {
    let receiver = Receiver::start().await;
    let bytes = b"POST /c HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(raw_exchange(receiver.addr(), bytes).await.status, None);
    drop(receiver.all());
}

#[tokio::test]
async fn verdict_tells_good_from_changed() {
    let receiver = Receiver::start().await;
    let now = unix_seconds();
    let key = SigningKey::parse(SECRET).unwrap();
    let signature = sign(&[key], "msg_1", now, b"{}").unwrap();
    let headers =
        format!("webhook-id: msg_1\r\nwebhook-timestamp: {now}\r\nwebhook-signature: {signature}\r\n");
    for body in ["{}", "{ }"] {
        let _ = raw_exchange(receiver.addr(), &post("/v", &headers, body)).await;
    }

    let all = receiver.all();

    assert!(verdict(&all[0], "webhook", SECRET).is_ok());
    assert!(verdict(&all[1], "webhook", SECRET).is_err());
    assert!(verdict(&all[0], "svix", SECRET).is_err());
    assert_eq!(all[0].message_id(), "msg_1");
}
