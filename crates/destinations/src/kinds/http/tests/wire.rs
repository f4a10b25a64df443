//! What goes over the wire, and how answers of every status are read (T1, SS7).

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, header};
use parking_lot::Mutex;
use tokio::io::AsyncWriteExt;

use super::support::{AMPLE, Receiver, answer_to, failure, read_request, request, send_once, slot};
use crate::kinds::http::FailureKind;

#[tokio::test]
async fn a_request_is_sent_byte_for_byte() {
    let seen = Arc::new(Mutex::new(String::new()));
    let sink = Arc::clone(&seen);
    let receiver = Receiver::start(move |_, mut stream| {
        let sink = Arc::clone(&sink);
        async move {
            *sink.lock() = read_request(&mut stream).await.unwrap();
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        }
    })
    .await;
    let mut request = request(&receiver.url("/a%20b?c=d&e"), AMPLE);
    request.headers.insert("content-type", HeaderValue::from_static("application/json"));
    request.headers.insert("webhook-id", HeaderValue::from_static("msg_1"));
    request.headers.insert(header::HOST, HeaderValue::from_static("evil.example"));
    request.headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("3"));
    request.headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    request.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    request.headers.append("x-twice", HeaderValue::from_static("1"));
    request.headers.append("x-twice", HeaderValue::from_static("2"));
    let exchange = slot().send(&request).await;
    assert_eq!(exchange.outcome.unwrap().status, 204);
    assert_eq!(exchange.remote, Some(receiver.address));
    let expected = format!(
        "POST /a%20b?c=d&e HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nwebhook-id: msg_1\r\n\
         x-twice: 1\r\nx-twice: 2\r\ncontent-length: 7\r\n\r\n{{\"n\":1}}",
        receiver.address
    );
    assert_eq!(*seen.lock(), expected);
}

#[tokio::test]
async fn an_empty_body_still_has_a_length() {
    let receiver = Receiver::start(|_, mut stream| async move {
        let seen = read_request(&mut stream).await.unwrap();
        let status = if seen.contains("content-length: 0\r\n") { 200 } else { 400 };
        let _ =
            stream.write_all(format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n").as_bytes()).await;
    })
    .await;
    let mut request = request(&receiver.url("/"), AMPLE);
    request.body = Bytes::new();
    assert_eq!(slot().send(&request).await.outcome.unwrap().status, 200);
}

#[tokio::test]
async fn status_body_and_retry_after_are_told() {
    let answer = "HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nRetry-After: 7\r\ncontent-length: 5\r\n\r\nhello";
    let response = answer_to(answer).await.outcome.unwrap();
    assert_eq!((response.status, &response.body[..], response.truncated), (429, &b"hello"[..], false));
    assert_eq!(response.retry_after.as_deref(), Some(&b"120"[..]));
    let long = format!("HTTP/1.1 503 x\r\nretry-after: {}\r\ncontent-length: 0\r\n\r\n", "1".repeat(129));
    assert_eq!(answer_to(long).await.outcome.unwrap().retry_after, None);
}

#[tokio::test]
async fn every_status_is_an_answer() {
    for status in [200, 201, 204, 299, 300, 304, 400, 404, 410, 418, 429, 500, 502, 503, 504, 599, 600, 999] {
        let response =
            answer_to(format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n")).await.outcome.unwrap();
        assert_eq!(response.status, status);
    }
}

#[tokio::test]
async fn interim_answers_are_skipped() {
    let answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let response = answer_to(answer).await.outcome.unwrap();
    assert_eq!((response.status, &response.body[..]), (200, &b"ok"[..]));
}

#[tokio::test]
async fn a_switch_of_protocols_is_no_success_and_no_hang() {
    let exchange =
        answer_to("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nzzz").await;
    assert!(exchange.outcome.map_or(true, |response| response.status == 101));
}

#[tokio::test]
async fn bodies_of_all_framings_are_read() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nt: v\r\n\r\n",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\n\r\nhello",
    ] {
        assert_eq!(&answer_to(answer).await.outcome.unwrap().body[..], b"hello", "{answer}");
    }
}

#[tokio::test]
async fn compressed_bodies_are_kept_as_received() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x0bzz";
    assert_eq!(&answer_to(answer).await.outcome.unwrap().body[..], b"\x1f\x0bzz");
}

#[tokio::test]
async fn redirects_are_answers_and_are_never_followed() {
    let canary = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let long = "l".repeat(20_000);
    for status in [300, 301, 302, 303, 307, 308] {
        for location in [
            &canary.url("/x"),
            &format!("//{}/x", canary.address),
            "/relative",
            "http://169.254.169.254/",
            &long,
        ] {
            let answer = format!(
                "HTTP/1.1 {status} x\r\nlocation: {location}\r\nrefresh: 0;url={}\r\ncontent-length: 0\r\n\r\n",
                canary.url("/y")
            );
            let receiver = Receiver::answering(answer).await;
            let response = send_once(&receiver.url("/"), AMPLE).await.outcome.unwrap();
            assert_eq!((response.status, receiver.accepted()), (status, 1));
        }
    }
    assert_eq!(canary.accepted(), 0);
}

#[tokio::test]
async fn a_location_of_a_million_bytes_is_too_large_not_followed() {
    let answer =
        format!("HTTP/1.1 302 x\r\nlocation: /{}\r\ncontent-length: 0\r\n\r\n", "l".repeat(1_000_000));
    assert_eq!(failure(answer_to(answer).await).kind, FailureKind::TooLarge);
}

#[tokio::test]
async fn a_refused_address_is_blocked_before_any_connection() {
    let mut request = request("http://127.0.0.1:9/", AMPLE);
    let strict = super::support::shared_with(|config| config.policy.allow_subnets.clear());
    let exchange = crate::kinds::http::HttpSlot::new(strict).send(&request).await;
    assert_eq!(exchange.remote, None);
    let blocked = failure(exchange);
    assert_eq!(blocked.kind, FailureKind::Blocked);
    assert!(blocked.detail.contains("loopback"), "{}", blocked.detail);
    request.url = Arc::new(
        crate::guard::EndpointUrl::parse("http://hooks.example.com/", &super::support::policy()).unwrap(),
    );
    request.timeout = super::support::SHORT;
    let unresolved = failure(slot().send(&request).await);
    assert!(matches!(unresolved.kind, FailureKind::Dns | FailureKind::Timeout), "{unresolved:?}");
}

#[tokio::test]
async fn a_refused_connection_names_the_address() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let exchange = send_once(&format!("http://{free}/"), AMPLE).await;
    assert_eq!(exchange.remote, Some(free));
    let refused = failure(exchange);
    assert_eq!(refused.kind, FailureKind::Connect);
    assert_eq!(refused.detail, format!("connection refused by {free}"));
}
